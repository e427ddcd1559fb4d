import { setTimeout as delay } from "node:timers/promises";
import { type Measurement, percentile } from "../measurement.ts";
import { postThenGet } from "./postThenGet.ts";

/** Warm-up: services and a broker that have just started run code that is not compiled yet, and take twice as long. */
export const warmUp = async (commandApi: string, queryApi: string, seconds: number): Promise<void> => {
  const end = performance.now() + seconds * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < end) await postThenGet(commandApi, queryApi);
  };
  await Promise.all(Array.from({ length: 8 }, client));
};

export const sampleVisibility = async (commandApi: string, queryApi: string, seconds: number): Promise<Measurement> => {
  for (let n = 0; n < 30; n++) await postThenGet(commandApi, queryApi);
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    times.push(await postThenGet(commandApi, queryApi));
    await delay(Math.random() * 20);
  }
  return { value: percentile(times, 50), details: { p95: percentile(times, 95), p99: percentile(times, 99), samples: times.length } };
};

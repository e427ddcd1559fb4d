import { setTimeout as delay } from "node:timers/promises";
import { type Measurement, percentile } from "../measurement.ts";
import { type Apis, postThenGet } from "./postThenGet.ts";

/** Warm-up: services and a broker that have just started run code that is not compiled yet, and take twice as long. */
export const warmUp = async (apis: Apis, seconds: number): Promise<void> => {
  const end = performance.now() + seconds * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < end) await postThenGet(apis);
  };
  await Promise.all(Array.from({ length: 8 }, client));
};

/** Resolves to the milliseconds of each POST with its GET, one after the other with pauses of up to 20 ms. */
export const timesToVisible = async (apis: Apis, seconds: number): Promise<readonly number[]> => {
  for (let n = 0; n < 30; n++) await postThenGet(apis);
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    times.push(await postThenGet(apis));
    await delay(Math.random() * 20);
  }
  return times;
};

/** The value is the p50. */
export const visibility = (times: readonly number[]): Measurement => ({
  value: percentile(times, 50),
  details: { p50: percentile(times, 50), p95: percentile(times, 95), p99: percentile(times, 99), samples: times.length },
});

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { percentile } from "../measurement.ts";
import { sendRequest } from "../system/sendRequest.ts";
import type { PacePlan, PaceResult } from "./pacePlan.ts";

const item = JSON.stringify({ user_id: "user-123", item_id: "item-456", quantity: 1, price: 29.99 });

/** Carts that get further items. */
const openCarts = 50;

/** Every third command begins a cart; the others continue one of the last carts. */
const pace = async ({ url, rate, seconds }: PacePlan): Promise<PaceResult> => {
  const times: number[] = [];
  const carts: string[] = [];
  let failed = 0;
  const send = async (cart: string): Promise<void> => {
    const started = performance.now();
    await sendRequest("POST", `${url}/carts/${cart}/items`, item).catch((error: unknown) => {
      if (failed++ === 0) console.error(error instanceof Error ? error.message : error);
    });
    times.push(performance.now() - started);
  };
  const sent: Promise<void>[] = [];
  const begin = performance.now();
  for (let n = 0; n < rate * seconds; n++) {
    // The next request does not wait for an answer, so a stall meets as many requests as arrive in it.
    await delay(Math.max(0, begin + (n * 1000) / rate - performance.now()));
    const known = n % 3 === 0 ? undefined : carts[Math.floor(Math.random() * carts.length)];
    const cart = known ?? randomUUID();
    if (known === undefined) carts.push(cart);
    if (carts.length > openCarts) carts.shift();
    sent.push(send(cart));
  }
  await Promise.all(sent);
  return { sent: times.length, failed, p50: percentile(times, 50), p99: percentile(times, 99), max: Math.max(...times) };
};

process.once("message", (plan) => {
  void pace(plan as PacePlan).then((result) => process.send?.(result, () => process.exit(0)));
});

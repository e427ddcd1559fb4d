import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { percentile } from "../measurement.ts";
import { sendRequest } from "../system/sendRequest.ts";
import type { ShopPlan, ShopResult } from "./shopPlan.ts";

/** How many times a customer looks at the cart or at a list after each change. */
const readsPerWrite = 9;

/** The longest time between two requests of a customer, in milliseconds. It is half as long on average. */
const longestPause = 200;

const playShop = async ({ commandApi, queryApi, visitsPerSecond, seconds }: ShopPlan): Promise<ShopResult> => {
  const times: { readonly reads: number[]; readonly writes: number[] } = { reads: [], writes: [] };
  let failed = 0;
  const timed = async (kind: keyof typeof times, work: () => Promise<void>): Promise<void> => {
    await delay(Math.random() * longestPause);
    const started = performance.now();
    await work().catch((error: unknown) => {
      if (failed++ === 0) console.error(error instanceof Error ? error.message : error);
    });
    times[kind].push(performance.now() - started);
  };

  /** The customer puts things into a guest's cart, logs in, and in two of three visits buys. */
  const visit = async (buys: boolean): Promise<void> => {
    const [user, guest] = [`customer-${randomUUID()}`, `guest-${randomUUID()}`];
    const [guestCart, cart] = [randomUUID(), randomUUID()];
    const look = async (id: string, minVersion: number, isBought = false): Promise<void> => {
      // The first look has to show the change that was just made.
      await timed("reads", () => sendRequest("GET", `${queryApi}/carts/${id}?min_version=${minVersion}`));
      for (let n = 1; n < readsPerWrite - 2; n++) await timed("reads", () => sendRequest("GET", `${queryApi}/carts/${id}`));
      const owner = id === cart ? user : guest;
      // A customer who has bought has no current cart, so the shop shows the one that was bought.
      const current = isBought ? `/carts/${id}` : `/users/${owner}/cart`;
      await timed("reads", () => sendRequest("GET", `${queryApi}${current}`));
      await timed("reads", () => sendRequest("GET", `${queryApi}/users/${owner}/carts?status=OPEN,SUBMITTED,CLOSED`));
    };
    const change = async (method: "POST" | "PATCH" | "DELETE", id: string, path: string, version: number, body?: object): Promise<void> => {
      await timed("writes", () => sendRequest(method, `${commandApi}/carts/${id}${path}`, body && JSON.stringify(body)));
      await look(id, version, path === "/purchase");
    };
    const item = (owner: string, name: string): object => ({ user_id: owner, item_id: name, quantity: 1, price: 29.99 });
    await change("POST", cart, "/items", 2, item(user, "book"));
    await change("POST", guestCart, "/items", 2, item(guest, "lamp"));
    await change("POST", guestCart, "/items", 3, item(guest, "chair"));
    await change("PATCH", guestCart, "/items/lamp", 4, { quantity: 3 });
    await change("DELETE", guestCart, "/items/chair", 5);
    await timed("writes", () => sendRequest("POST", `${commandApi}/carts/${guestCart}/merge`, JSON.stringify({ target_cart_id: cart })));
    await look(cart, 3);
    if (!buys) return;
    await change("POST", cart, "/submit", 4);
    await change("POST", cart, "/purchase", 5, { order_id: randomUUID() });
  };

  const visits: Promise<void>[] = [];
  const end = performance.now() + seconds * 1000;
  for (let n = 0; performance.now() < end; n++) {
    visits.push(visit(n % 3 !== 0));
    await delay(1000 / visitsPerSecond);
  }
  await Promise.all(visits);
  const all = [...times.reads, ...times.writes];
  return {
    reads: times.reads.length,
    writes: times.writes.length,
    failed,
    p50: percentile(all, 50),
    p99: percentile(all, 99),
    writeP99: percentile(times.writes, 99),
  };
};

process.once("message", (plan) => {
  void playShop(plan as ShopPlan).then((result) => process.send?.(result, () => process.exit(0)));
});

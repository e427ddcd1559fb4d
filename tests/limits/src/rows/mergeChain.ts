import { randomUUID } from "node:crypto";
import { eventStoreTables } from "@cart/event-store/testing";
import { requireSuccess, statusOf } from "../clients/atOnce.ts";
import { owner } from "../clients/storedEvents.ts";
import type { Row } from "./row.ts";

const merges = 20;
/** The default of CART_MAX_BYTES. */
const maxBytes = 65_536;

export const mergeChain: Row = {
  name: "merge-chain",
  tried: `a cart that is filled up, and merged into one new cart after another, ${merges} times`,
  services: ["command-api"],
  run: async ({ system, eventStore }) => {
    const url = system.urlOf("command-api");
    const post = (path: string, body: object) =>
      statusOf(`${url}${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const add = (cart: string, item: string, name: string) => post(`/carts/${cart}/items`, { ...owner, item_id: item, name, price: 1 });

    let cart: string = randomUUID();
    let refused = 0;
    for (let n = 0; n < 500 && refused === 0; n += 1) {
      const { status } = await add(cart, `item-${n}`, "🛒".repeat(250));
      if (status === 422) refused = n;
      else requireSuccess("items", [{ status }]);
    }
    if (refused === 0) throw new Error("a cart takes 500 lines of 1 KB each");
    // Room for the lines of the new carts.
    for (let n = 0; n < 5; n += 1)
      requireSuccess("removals", [await statusOf(`${url}/carts/${cart}/items/item-${n}`, { method: "DELETE" })]);
    for (let n = 0; n < merges; n += 1) {
      const next = randomUUID();
      requireSuccess("items", [await add(next, `new-${n}`, "x"), await post(`/carts/${cart}/merge`, { target_cart_id: next })]);
      cart = next;
    }
    const stored = await eventStoreTables(eventStore).outbox.rows({ event_type: "CartMergedFrom" });
    const largest = Math.max(...stored.map(({ event_data }) => Buffer.byteLength(String(event_data))));
    if (largest > 2 * maxBytes) throw new Error(`a merge stores ${largest} bytes`);
    return `an item is refused with 422; a merge stores ${Math.round(largest / 1024)} KiB at most`;
  },
};

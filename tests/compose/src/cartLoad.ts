import { randomUUID } from "node:crypto";
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { ComposeProject } from "./composeProject.ts";
import { getCaughtUp, post } from "./http.ts";

export type CartLoad = {
  /** Ends the load. Resolves when every request was answered. */
  readonly stop: () => Promise<void>;
  readonly acknowledged: () => number;
  /** Checks that the read API shows every cart as the sum of its acknowledged commands. */
  readonly verify: () => Promise<void>;
};

type Cart = { readonly id: string; version: number; items: number };

const clients = 8;
const cartsEach = 12;

/**
 * Clients that each add items to a cart of their own, one request at a time. Every answer
 * has to be the cart's next version, so a lost or repeated command is noticed.
 */
export const startCartLoad = ({ commandApi, queryApi }: ComposeProject): CartLoad => {
  const carts = Array.from({ length: clients }, () =>
    Array.from({ length: cartsEach }, (): Cart => ({ id: randomUUID(), version: 0, items: 0 })),
  );
  const stopping = new AbortController();

  const addTo = async (cart: Cart): Promise<void> => {
    const { status, body } = await post(`${commandApi}/carts/${cart.id}/items`, { user_id: "user-1", item_id: "item-1", price: 1 });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body["version"], cart.version === 0 ? 2 : cart.version + 1, `the version of cart ${cart.id}`);
    cart.version = body["version"];
    cart.items += 1;
  };
  const client = async (own: readonly Cart[]): Promise<void> => {
    while (!stopping.signal.aborted) {
      for (const cart of own) if (!stopping.signal.aborted) await addTo(cart);
      await delay(10);
    }
  };
  const running = Promise.all(carts.map(client));
  // A failure is reported when the load is stopped, because nobody awaits this promise earlier.
  running.catch(() => undefined);

  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
    acknowledged: () => carts.flat().reduce((sum, { items }) => sum + items, 0),
    verify: async () => {
      for (const { id, version, items } of carts.flat().filter((cart) => cart.version > 0)) {
        const { status, body } = await getCaughtUp(`${queryApi}/carts/${id}?min_version=${version}`);
        assert.equal(status, 200, JSON.stringify(body));
        assert.deepEqual([body["version"], body["item_count"], body["total_amount"]], [version, items, items], `cart ${id}`);
      }
    },
  };
};

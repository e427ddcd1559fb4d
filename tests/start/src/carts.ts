import { expect } from "chai";
import type { RunningStart } from "./runningStart.ts";

type Apis = Pick<RunningStart, "commandApi" | "queryApi">;

/** A fixed cart id for each number. */
export const cartId = (number: number): string => `550e8400-e29b-41d4-a716-${String(number).padStart(12, "0")}`;

/** Adds an item to a cart, and resolves to the cart's new version. */
export const addItem = async (commandApi: string, cart: number, item: string): Promise<number> => {
  const added = await fetch(`${commandApi}/additem/${cartId(cart)}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user_id: `user-${cart}`, item_id: item, quantity: 1, price: 1 }),
  });
  const body = (await added.json()) as { version: number };
  expect(added.status, JSON.stringify(body)).to.equal(200);
  return body.version;
};

/** Resolves to the ids of the items of a cart, once the read API shows that version of the cart. */
export const itemsOf = async (queryApi: string, cart: number, version: number): Promise<readonly string[]> => {
  const shown = await fetch(`${queryApi}/carts/${cartId(cart)}?min_version=${version}`);
  const body = (await shown.json()) as { items?: readonly { item_id: string }[] };
  expect(shown.status, JSON.stringify(body)).to.equal(200);
  return (body.items ?? []).map(({ item_id: id }) => id);
};

/** Adds an item to each cart, and resolves when the read API shows it. */
export const addTo = async ({ commandApi, queryApi }: Apis, carts: readonly number[], item: string): Promise<void> => {
  await Promise.all(
    carts.map(async (cart) => {
      const version = await addItem(commandApi, cart, item);
      expect(await itemsOf(queryApi, cart, version)).to.include(item);
    }),
  );
};

import { randomUUID } from "node:crypto";
import type { Shop } from "./shop.ts";
import type { Tally } from "./tally.ts";

/** A cart that its customer has left. */
export type LeftCart = { readonly id: string; readonly userId: string };

/** Fills a new cart, as most visitors do: one to three items, sometimes with a change of mind. Returns its id. */
const fillCart = async (shop: Shop, tally: Tally, userId: string): Promise<string> => {
  const id = randomUUID();
  await shop.add(id, userId);
  tally.carts += 1;
  for (const share of [0.6, 0.3]) {
    await shop.think();
    if (shop.chance(share)) await shop.add(id, userId);
  }
  if (shop.chance(0.3)) await shop.changeQuantity(id);
  if (shop.chance(0.2)) await shop.removeItem(id);
  await shop.think();
  return id;
};

/** Fills a cart as a guest, and then logs in: the cart becomes the customer's, or is merged into the cart that the customer has. */
const logIn = async (shop: Shop, tally: Tally, userId: string): Promise<string> => {
  const earlier = shop.chance(0.4) ? await fillCart(shop, tally, userId) : undefined;
  const guestCart = await fillCart(shop, tally, `guest-${randomUUID()}`);
  if (earlier === undefined) await shop.claim(guestCart, userId);
  else await shop.merge(guestCart, earlier);
  await shop.think();
  return earlier ?? guestCart;
};

/** One visit. Returns the cart if the customer leaves it. */
export const visit = async (shop: Shop, tally: Tally): Promise<LeftCart | undefined> => {
  const userId = `customer-${randomUUID().slice(0, 8)}`;
  tally.shoppers += 1;
  const id = shop.chance(0.4) ? await logIn(shop, tally, userId) : await fillCart(shop, tally, userId);
  if (shop.chance(0.4)) {
    tally.left += 1;
    return { id, userId };
  }
  await shop.buy(id);
  return undefined;
};

/** The customer of an abandoned cart comes back, adds an item and buys. */
export const comeBack = async (shop: Shop, tally: Tally, { id, userId }: LeftCart): Promise<void> => {
  await shop.add(id, userId);
  tally.returned += 1;
  await shop.think();
  await shop.buy(id);
};

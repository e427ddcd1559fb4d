import type { CartStatus } from "@cart/domain";
import type { Access } from "@cart/http-kit";
import type { CartRecord } from "../carts/cartView.ts";
import { readCart } from "../carts/readCart.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { readCartsByActivity } from "./readCartList.ts";

/**
 * The statuses of a current cart, in their order. A cart in use, which may be at checkout, precedes one to which the customer may
 * return: an abandoned cart changes by its reminders too, which says nothing about the customer.
 */
const current: readonly (readonly CartStatus[])[] = [["OPEN", "SUBMITTED"], ["ABANDONED"]];

/** The user's cart to go on with: the cart in use that changed last, or else the abandoned one that changed last. */
export const readCurrentCart = async (
  readModel: ReadOnlyDatabase,
  of: string,
  tenantId: string | undefined,
  access: Access,
): Promise<CartRecord | undefined> => {
  for (const statuses of current) {
    const { carts } = await readCartsByActivity(readModel, "user", { of, tenantId, statuses, limit: 1 });
    const [found] = carts;
    const cart = found === undefined ? undefined : await readCart(readModel, found.id, access);
    // The cart may have become another user's, or an order, since it was found.
    if (cart !== undefined && cart.userId === of && current.flat().includes(cart.status)) return cart;
  }
  return undefined;
};

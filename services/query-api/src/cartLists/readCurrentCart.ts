import type { CartStatus } from "@cart/domain";
import type { Access } from "@cart/http-kit";
import type { CartRecord } from "../carts/cartView.ts";
import { readCart } from "../carts/readCart.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { readCartsByActivity } from "./readCartList.ts";

/** The statuses of a current cart, in their order: a cart in use precedes one to which the customer may return. */
const current: readonly CartStatus[] = ["OPEN", "ABANDONED"];

/** The user's cart to go on with: of the first status that a cart of the user has, the cart that changed last. */
export const readCurrentCart = async (
  readModel: ReadOnlyDatabase,
  of: string,
  tenantId: string | undefined,
  access: Access,
): Promise<CartRecord | undefined> => {
  for (const status of current) {
    const { carts } = await readCartsByActivity(readModel, "user", { of, tenantId, statuses: [status], limit: 1 });
    const [found] = carts;
    const cart = found === undefined ? undefined : await readCart(readModel, found.id, access);
    // The cart may have become another user's, or an order, since it was found.
    if (cart !== undefined && cart.userId === of && current.includes(cart.status)) return cart;
  }
  return undefined;
};

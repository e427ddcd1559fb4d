import { uuidToBytes } from "@cart/mysql";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { cartColumns, type CartRow, toCartSummary } from "./cartRow.ts";
import type { CartRecord } from "./cartView.ts";

type Row = CartRow & {
  /** NULL, as the rest of the line, for a cart without lines. */
  readonly item_id: string | null;
  readonly name: string | null;
  readonly quantity: number;
  readonly unit_price: number;
};

/** The cart with its items, all of one version: it is one statement, so one snapshot. */
export const readCart = async (readModel: ReadOnlyDatabase, id: string): Promise<CartRecord | undefined> => {
  const rows = await readModel.query<Row>(
    `SELECT ${cartColumns}, i.item_id, i.name, i.quantity, i.unit_price
     FROM carts c LEFT JOIN cart_items i ON i.cart_id = c.id
     WHERE c.id = ? ORDER BY i.position`,
    [uuidToBytes(id)],
  );
  const [cart] = rows;
  if (cart === undefined) return undefined;
  return {
    ...toCartSummary(cart),
    items: rows.flatMap(({ item_id: itemId, name, quantity, unit_price: unitPrice }) =>
      itemId === null ? [] : [{ itemId, name, quantity, unitPrice }],
    ),
  };
};

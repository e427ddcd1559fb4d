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
const selectCart = `
  SELECT ${cartColumns}, i.item_id, i.name, i.quantity, i.unit_price
  FROM carts c LEFT JOIN cart_items i ON i.cart_id = c.id
  WHERE c.id = ? ORDER BY i.position`;

export const readCart = async (readModel: ReadOnlyDatabase, id: string): Promise<CartRecord | undefined> =>
  toCart(await readModel.query<Row>(selectCart, [uuidToBytes(id)]));

/** Milliseconds. */
export type Patience = { readonly limit: number; readonly pause: number };

/** Events are mostly projected within a few ms. */
const untilProjected: Patience = { limit: 20, pause: 1 };

/**
 * As `readCart`, as soon as the cart is at the version, or as it is after a while, in
 * one round trip: the server looks again and again, with a pause between its looks.
 * It has a connection for so long, so only a few may do it at once.
 */
export const readCartSoon = async (
  readModel: ReadOnlyDatabase,
  id: string,
  version: number,
  { limit, pause }: Patience = untilProjected,
): Promise<CartRecord | undefined> => {
  const bytes = uuidToBytes(id);
  const wait = { sql: "CALL await_cart(?, ?, ?, ?)", values: [bytes, version, pause / 1000, Math.ceil(limit / pause) + 1] };
  return toCart(await readModel.query<Row>(selectCart, [bytes], wait));
};

const toCart = (rows: readonly Row[]): CartRecord | undefined => {
  const [cart] = rows;
  if (cart === undefined) return undefined;
  return {
    ...toCartSummary(cart),
    items: rows.flatMap(({ item_id: itemId, name, quantity, unit_price: unitPrice }) =>
      itemId === null ? [] : [{ itemId, name, quantity, unitPrice }],
    ),
  };
};

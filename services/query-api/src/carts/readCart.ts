import { isAdmin } from "@cart/cart-access";
import type { Access } from "@cart/http-kit";
import { type Statement, uuidToBytes } from "@cart/mysql";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { cartColumns, type CartRow, toAttributes, toCartSummary } from "./cartRow.ts";
import type { CartRecord } from "./cartView.ts";

type Row = CartRow & {
  /** NULL, as the rest of the line, for a cart without lines. */
  readonly line_id: string | null;
  readonly item_id: string;
  readonly name: string | null;
  readonly line_attributes: string | null;
  readonly quantity: number;
  readonly unit_price: number;
};

/**
 * The cart with its items, all of one version: it is one statement, so one snapshot. The server looks for the items only if the sender
 * may see the cart, so that a cart of somebody else takes no longer than a cart that does not exist.
 */
const selectCart = (access: Access, id: Buffer): Required<Statement> => {
  const visible = visibleTo(access);
  return {
    sql: `
      SELECT ${cartColumns}, i.line_id, i.item_id, i.name, i.attributes AS line_attributes, i.quantity, i.unit_price
      FROM carts c LEFT JOIN cart_items i ON i.cart_id = c.id
      WHERE c.id = ?${visible.sql} ORDER BY i.position`,
    values: [id, ...visible.values],
  };
};

/** The rule of `mayActOn` as a condition. */
const visibleTo = (access: Access): Required<Statement> => {
  if (access === "unchecked") return { sql: "", values: [] };
  if (isAdmin(access)) return { sql: " AND c.tenant_id = ?", values: [access.tenantId] };
  return { sql: " AND c.tenant_id = ? AND c.user_id = ?", values: [access.tenantId, access.userId] };
};

/** Resolves to `undefined` for a cart that does not exist, and for a cart that the sender may not see. */
export const readCart = async (readModel: ReadOnlyDatabase, id: string, access: Access): Promise<CartRecord | undefined> => {
  const { sql, values } = selectCart(access, uuidToBytes(id));
  return toCart(await readModel.query<Row>(sql, values));
};

/** How long the server polls for a version, and its pause between two polls. */
export type Patience = { readonly limitMs: number; readonly pauseMs: number };

/** Events are mostly projected within a few ms. */
const untilProjected: Patience = { limitMs: 20, pauseMs: 1 };

/**
 * Reads the cart once it is at the version, or as it is after a while, in one round trip: the server polls, with a
 * pause between two polls. The server holds a connection all the while, so only a few requests may do it at once.
 */
export const readCartSoon = async (
  readModel: ReadOnlyDatabase,
  id: string,
  version: number,
  access: Access,
  { limitMs, pauseMs }: Patience = untilProjected,
): Promise<CartRecord | undefined> => {
  const bytes = uuidToBytes(id);
  const wait = { sql: "CALL await_cart(?, ?, ?, ?)", values: [bytes, version, pauseMs / 1000, Math.ceil(limitMs / pauseMs) + 1] };
  const { sql, values } = selectCart(access, bytes);
  return toCart(await readModel.query<Row>(sql, values, wait));
};

const toCart = (rows: readonly Row[]): CartRecord | undefined => {
  const [cart] = rows;
  if (cart === undefined) return undefined;
  return {
    ...toCartSummary(cart),
    items: rows.flatMap(({ line_id: lineId, item_id: itemId, name, line_attributes: text, quantity, unit_price: unitPrice }) =>
      lineId === null ? [] : [{ lineId, itemId, name, attributes: toAttributes(text), quantity, unitPrice }],
    ),
  };
};

import type { Attributes, Cart, CartLine, CartStatus, StoredAdjustment } from "@cart/domain";
import { bytesToUuid, type Statement } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import { noCart, type ProjectedCart } from "./projectedCart.ts";

type CartRow = RowDataPacket & {
  readonly id: Buffer;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly status: string;
  readonly currency: string;
  readonly order_id: string | null;
  readonly merged_into: Buffer | null;
  readonly abandoned_at: Date | null;
  readonly reminded_step: number;
  readonly attributes: string | null;
  readonly adjustments: string | null;
  readonly adjustments_stale: number;
  readonly version: number;
  readonly next_position: number;
  readonly created_at: Date;
  readonly updated_at: Date;
};

type ItemRow = RowDataPacket & {
  readonly cart_id: Buffer;
  readonly line_id: string;
  readonly item_id: string;
  readonly name: string | null;
  readonly attributes: string | null;
  readonly quantity: number;
  readonly unit_price: number;
  readonly position: number;
};

/** The rows of `selectCarts`. */
export type CartRows = [CartRow[], ItemRow[]];

/**
 * Selects the carts that exist, locked until the transaction ends, and their lines. The
 * ids must be sorted, so that two transactions lock in the same order. The lines have a
 * statement of their own, which reads them after the first statement has got its locks.
 */
export const selectCarts = (ids: readonly (Buffer | null)[]): [Statement, Statement] => [
  {
    sql: `SELECT id, tenant_id, user_id, status, currency, order_id, merged_into, abandoned_at, reminded_step, attributes, adjustments, adjustments_stale, version, next_position, created_at, updated_at
          FROM carts WHERE id IN (?) FOR UPDATE`,
    values: [ids],
  },
  {
    sql: `SELECT cart_id, line_id, item_id, name, attributes, quantity, unit_price, position FROM cart_items WHERE cart_id IN (?) ORDER BY cart_id, position`,
    values: [ids],
  },
];

export const toCarts = ([carts, items]: CartRows): ReadonlyMap<string, ProjectedCart> => {
  const linesOf = new Map(carts.map(({ id }) => [bytesToUuid(id), new Map<string, CartLine>()]));
  for (const row of items) {
    const { line_id: lineId, item_id: itemId, name, quantity, unit_price: unitPrice, position } = row;
    const attributes = toAttributes(row.attributes);
    linesOf.get(bytesToUuid(row.cart_id))?.set(lineId, { lineId, itemId, name, attributes, quantity, unitPrice, position });
  }
  return new Map(
    carts.map((row): [string, ProjectedCart] => {
      const id = bytesToUuid(row.id);
      return [
        id,
        {
          version: row.version,
          cart: toCart(row, linesOf.get(id) ?? new Map()),
          createdAt: row.created_at,
          updatedAt: row.updated_at,
          abandonedAt: row.abandoned_at,
          reached: noCart.reached,
        },
      ];
    }),
  );
};

const toAdjustments = (text: string | null): StoredAdjustment[] => (text === null ? [] : (JSON.parse(text) as StoredAdjustment[]));

/** Only this service writes the text. */
const toAttributes = (text: string | null): Attributes => (text === null ? {} : (JSON.parse(text) as Attributes));

const toCart = (row: CartRow, lines: ReadonlyMap<string, CartLine>): Cart => {
  const common = {
    userId: row.user_id,
    tenantId: row.tenant_id,
    currency: row.currency,
    attributes: toAttributes(row.attributes),
    adjustments: toAdjustments(row.adjustments),
    areAdjustmentsStale: row.adjustments_stale === 1,
    lines,
    nextPosition: row.next_position,
    wasAbandoned: row.abandoned_at !== null,
  };
  const status = toStatus(row);
  switch (status) {
    case "OPEN":
    case "SUBMITTED":
      return { status, ...common };
    case "ABANDONED":
      return { status, ...common, remindedStep: row.reminded_step };
    case "CLOSED":
      if (row.order_id === null) throw new Error(`cart ${bytesToUuid(row.id)} is closed but has no order`);
      return { status, ...common, orderId: row.order_id };
    case "MERGED":
      if (row.merged_into === null) throw new Error(`cart ${bytesToUuid(row.id)} is merged but not into a cart`);
      return { status, ...common, mergedInto: bytesToUuid(row.merged_into) };
    default:
      return status satisfies never;
  }
};

/** Every status of the domain. A status added there is a compile error here until this file can restore it. */
const statuses: Readonly<Record<CartStatus, true>> = { OPEN: true, ABANDONED: true, SUBMITTED: true, CLOSED: true, MERGED: true };

const isStatus = (text: string): text is CartStatus => Object.hasOwn(statuses, text);

const toStatus = ({ id, status }: CartRow): CartStatus => {
  if (!isStatus(status)) throw new Error(`cart ${bytesToUuid(id)} has the unknown status "${status}"`);
  return status;
};

import { type Cart, cartDecider, cartEventCodec, itemCount, itemsAmount } from "@cart/domain";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { groupBy } from "./groupBy.ts";
import type { StoredEvent } from "./eventStore.ts";

/** A cart of the read model, in one form for the actual and the expected cart. */
export type CartView = {
  readonly version: number;
  readonly status: string;
  readonly userId: string;
  readonly tenantId: string;
  readonly currency: string;
  readonly orderId: string | null;
  readonly totalAmount: number;
  readonly itemCount: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Ordered by position. */
  readonly lines: readonly LineView[];
};

type LineView = {
  readonly lineId: string;
  readonly itemId: string;
  readonly name: string | null;
  readonly quantity: number;
  readonly unitPrice: number;
};

type CartRow = RowDataPacket & Omit<CartView, "lines" | "createdAt" | "updatedAt"> & { id: string; createdAt: Date; updatedAt: Date };

export const readViews = async (pool: Pool, database: string): Promise<Map<string, CartView>> => {
  const [carts] = await pool.query<CartRow[]>(
    `SELECT BIN_TO_UUID(id) AS id, version, status, user_id AS userId, tenant_id AS tenantId, currency, order_id AS orderId,
            total_amount AS totalAmount, item_count AS itemCount, created_at AS createdAt, updated_at AS updatedAt
     FROM ${database}.carts`,
  );
  const [items] = await pool.query<(RowDataPacket & LineView & { cartId: string })[]>(
    `SELECT BIN_TO_UUID(cart_id) AS cartId, line_id AS lineId, item_id AS itemId, name, quantity, unit_price AS unitPrice
     FROM ${database}.cart_items ORDER BY cart_id, position`,
  );
  const linesOf = groupBy(items, ({ cartId }) => cartId);
  return new Map(
    carts.map(({ id, createdAt, updatedAt, ...cart }): [string, CartView] => [
      id,
      {
        ...cart,
        createdAt: createdAt.toISOString(),
        updatedAt: updatedAt.toISOString(),
        lines: (linesOf.get(id) ?? []).map(({ lineId, itemId, name, quantity, unitPrice }) => ({
          lineId,
          itemId,
          name,
          quantity,
          unitPrice,
        })),
      },
    ]),
  );
};

/** The cart that the read model should have for a stream: the fold of its events. */
export const viewOf = (events: readonly StoredEvent[]): CartView => {
  const cart = events.reduce<Cart>(
    (state, { type, schemaVersion, data }) => cartDecider.evolve(state, cartEventCodec.decode({ type, schemaVersion, data })),
    cartDecider.initialState,
  );
  const [first] = events;
  const last = events.at(-1);
  if (cart.status === "NONE" || first === undefined || last === undefined) throw new Error("a stream without events has no view");
  return {
    version: last.version,
    status: cart.status,
    userId: cart.userId,
    tenantId: cart.tenantId,
    currency: cart.currency,
    orderId: cart.status === "CLOSED" ? cart.orderId : null,
    totalAmount: itemsAmount(cart),
    itemCount: itemCount(cart),
    createdAt: first.occurredAt.toISOString(),
    updatedAt: last.occurredAt.toISOString(),
    lines: [...cart.lines.values()].map(({ lineId, itemId, name, quantity, unitPrice }) => ({ lineId, itemId, name, quantity, unitPrice })),
  };
};

export type DeadLetterRow = { readonly id: number; readonly code: string; readonly cartId: string | null; readonly version: number | null };

/** Dead letters in the order in which they arrived. */
export const readDeadLetters = async (pool: Pool, database: string): Promise<DeadLetterRow[]> => {
  const [rows] = await pool.query<(RowDataPacket & DeadLetterRow)[]>(
    `SELECT id, reason_code AS code, BIN_TO_UUID(aggregate_id) AS cartId, version FROM ${database}.dead_letters ORDER BY id`,
  );
  return rows;
};

/** The versions of the carts in the read model. */
export const readViewVersions = async (pool: Pool, database: string): Promise<Map<string, number>> => {
  const [rows] = await pool.query<(RowDataPacket & { id: string; version: number })[]>(
    `SELECT BIN_TO_UUID(id) AS id, version FROM ${database}.carts`,
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
};

import { run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";
import type { CartChange } from "../projection/projectBatch.ts";
import { changedLines } from "../projection/projectedCart.ts";
import { cartColumns, cartRow, type ColumnValue, itemColumns, itemRow } from "./cartRows.ts";
import { type CartTables, liveTables } from "./cartTables.ts";

/**
 * Writes the changes with one statement a table and kind. The carts that exist must
 * be locked by `loadCarts` in the same transaction. A new cart is inserted and not
 * upserted: when another projector has made it meanwhile this fails with a duplicate
 * key (1062), and would otherwise overwrite what that one knows.
 */
export const writeCarts = async (
  connection: PoolConnection,
  changes: readonly CartChange[],
  tables: CartTables = liveTables,
): Promise<void> => {
  const carts = changes.toSorted(byId).flatMap(({ id, before, after }) => {
    const { cart } = after;
    return cart.status === "NONE" ? [] : [{ id: uuidToBytes(id), before, after, cart }];
  });
  const rows = carts.map(({ id, before, after, cart }) => ({ isNew: before.version === 0, row: cartRow(id, after, cart) }));
  const lines = carts.map(({ id, before, cart }) => ({ id, ...changedLines(before.cart, cart) }));

  await forRows(
    connection,
    `INSERT INTO ${tables.carts} (${cartColumns.join(", ")}) VALUES ?`,
    rows.filter(({ isNew }) => isNew).map(({ row }) => row),
  );
  await forRows(
    connection,
    `INSERT INTO ${tables.carts} (${cartColumns.join(", ")}) VALUES ? AS new ON DUPLICATE KEY UPDATE
       status = new.status, total_amount = new.total_amount, item_count = new.item_count, line_count = new.line_count,
       order_id = new.order_id, merged_into = new.merged_into, abandoned_at = new.abandoned_at, reminded_step = new.reminded_step,
       version = new.version, next_position = new.next_position, updated_at = new.updated_at`,
    rows.filter(({ isNew }) => !isNew).map(({ row }) => row),
  );
  await forRows(
    connection,
    `INSERT INTO ${tables.items} (${itemColumns.join(", ")}) VALUES ? AS new ON DUPLICATE KEY UPDATE
       name = new.name, quantity = new.quantity, unit_price = new.unit_price, position = new.position`,
    lines.flatMap(({ id, written }) => written.map((line) => itemRow(id, line))),
  );
  await forRows(
    connection,
    `DELETE FROM ${tables.items} WHERE (cart_id, item_id) IN (?)`,
    lines.flatMap(({ id, removed }) => removed.map((itemId) => [id, itemId])),
  );
};

const byId = (a: CartChange, b: CartChange): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const forRows = async (connection: PoolConnection, sql: string, rows: readonly ColumnValue[][]): Promise<void> => {
  if (rows.length > 0) await run(connection, sql, [rows]);
};

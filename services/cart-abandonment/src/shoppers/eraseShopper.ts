import { run, withConnection, withoutConflict } from "@cart/mysql";
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { Shopper } from "./purchases.ts";

/** Rows of one statement: few enough that workers and consumers do not wait long for their locks. */
const rowsAtOnce = 1_000;

/**
 * Clears a shopper: its timers forget the user, whom the worker then reads from the events, and its purchases and reminder slots are
 * deleted. It may be cut short and called again.
 */
export const eraseShopper = async (pool: Pool, { tenantId, userId }: Shopper): Promise<void> => {
  const shopper = [tenantId, userId];
  const repeat = async (change: (connection: PoolConnection) => Promise<number>): Promise<void> => {
    while ((await withoutConflict(() => withConnection(pool, change))) > 0);
  };
  const remove = (table: "purchases" | "reminder_slots"): Promise<void> =>
    repeat(async (connection) => {
      const sql = `DELETE FROM ${table} WHERE tenant_id = ? AND user_id = ? LIMIT ${rowsAtOnce}`;
      return (await run<ResultSetHeader>(connection, sql, shopper)).affectedRows;
    });
  await repeat((connection) => forgetUser(connection, shopper));
  await remove("purchases");
  await remove("reminder_slots");
};

/** Reads the timers first, because an update with this condition would lock every timer of the tenant. */
const forgetUser = async (connection: PoolConnection, shopper: readonly string[]): Promise<number> => {
  const rows = await run<(RowDataPacket & { readonly cart_id: Buffer })[]>(
    connection,
    `SELECT cart_id FROM timers WHERE tenant_id = ? AND user_id = ? LIMIT ${rowsAtOnce}`,
    shopper,
  );
  if (rows.length === 0) return 0;
  await run(connection, "UPDATE timers SET user_id = NULL WHERE cart_id IN (?) AND tenant_id = ? AND user_id = ?", [
    rows.map(({ cart_id: id }) => id),
    ...shopper,
  ]);
  return rows.length;
};

import { inSnapshot, run, uuidToBytes } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { cartColumns, type ColumnValue, itemColumns } from "../readModel/cartRows.ts";
import { liveTables } from "../readModel/cartTables.ts";
import type { CartRows } from "../rebuild/storeCarts.ts";

export type CartSelection =
  | { readonly ids: readonly string[] }
  /** Those after the one and up to the other, in the order of ids; undefined is an open end. */
  | { readonly after: string | undefined; readonly through: string | undefined };

/** Carts and their lines as they are in one snapshot. */
export const readRows = async (pool: Pool, selection: CartSelection): Promise<CartRows> => {
  const { sql, values } = conditionOf(selection);
  if (sql === "") return { carts: [], items: [] };
  return inSnapshot(pool, async (connection) => {
    const read = async (table: string, columns: readonly string[], idColumn: string): Promise<ColumnValue[][]> => {
      const statement = `SELECT ${columns.join(", ")} FROM ${table} WHERE ${sql.replaceAll("?id", idColumn)}`;
      const rows = await run<RowDataPacket[]>(connection, statement, values, 60_000);
      return rows.map((row) => columns.map((column) => row[column] as ColumnValue));
    };
    return {
      carts: await read(liveTables.carts, cartColumns, "id"),
      items: await read(liveTables.items, itemColumns, "cart_id"),
    };
  });
};

const conditionOf = (selection: CartSelection): { sql: string; values: unknown[] } => {
  if ("ids" in selection)
    return selection.ids.length === 0 ? { sql: "", values: [] } : { sql: "?id IN (?)", values: [selection.ids.map(uuidToBytes)] };
  const { after, through } = selection;
  const parts = [
    ...(after === undefined ? [] : [{ sql: "?id > ?", value: uuidToBytes(after) }]),
    ...(through === undefined ? [] : [{ sql: "?id <= ?", value: uuidToBytes(through) }]),
  ];
  return { sql: ["1 = 1", ...parts.map(({ sql }) => sql)].join(" AND "), values: parts.map(({ value }) => value) };
};

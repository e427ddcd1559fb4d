import { inSnapshot, run, uuidToBytes } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { type ColumnValue, columnsOf, type ProjectedTable, type Row, type TableRows } from "../projection/projectedTable.ts";

export type Selection =
  | { readonly ids: readonly string[] }
  /** The ids greater than `after` and up to and including `through`. Undefined leaves that end open. */
  | { readonly after: string | undefined; readonly through: string | undefined };

/** Reads the rows of aggregates of one type from all their tables, in one snapshot. */
export const readRows = async (pool: Pool, tables: readonly ProjectedTable[], selection: Selection): Promise<TableRows> => {
  const { sql, values } = conditionOf(selection);
  if (sql === "") return {};
  return inSnapshot(pool, async (connection) => {
    const found: [string, Row[]][] = [];
    for (const table of tables) {
      const columns = columnsOf(table);
      const statement = `SELECT ${columns.join(", ")} FROM ${table.name} WHERE ${sql.replaceAll("?id", table.aggregateColumn)}`;
      const rows = await run<RowDataPacket[]>(connection, statement, values, 60_000);
      found.push([table.name, rows.map((row) => columns.map((column) => row[column] as ColumnValue))]);
    }
    return Object.fromEntries(found);
  });
};

const conditionOf = (selection: Selection): { sql: string; values: unknown[] } => {
  if ("ids" in selection)
    return selection.ids.length === 0 ? { sql: "", values: [] } : { sql: "?id IN (?)", values: [selection.ids.map(uuidToBytes)] };
  const { after, through } = selection;
  const parts = [
    ...(after === undefined ? [] : [{ sql: "?id > ?", value: uuidToBytes(after) }]),
    ...(through === undefined ? [] : [{ sql: "?id <= ?", value: uuidToBytes(through) }]),
  ];
  return { sql: ["1 = 1", ...parts.map(({ sql }) => sql)].join(" AND "), values: parts.map(({ value }) => value) };
};

import { run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";
import type { Folded, Projections } from "../projection/projection.ts";
import { columnsOf, type ProjectedTable, type Row, rowsIn, type TableRows } from "../projection/projectedTable.ts";

/** The name of a table in a rebuild: that of the live table, or of the new one. */
export type NameOf = (table: ProjectedTable) => string;

export const liveName: NameOf = ({ name }) => name;
export const newName: NameOf = ({ name }) => `rebuild_${name}`;

export const tablesOf = (projections: Projections): readonly ProjectedTable[] => projections.flatMap(({ tables }) => tables);

/** The rows of these aggregates, by table. An aggregate whose first event cannot be projected has no rows. */
export const rowsOf = (folded: readonly Folded[]): TableRows => {
  const all: Record<string, Row[]> = {};
  for (const { rows } of folded) {
    for (const [table, some] of Object.entries(rows)) (all[table] ??= []).push(...some);
  }
  return all;
};

/** Inserts the rows of aggregates that the tables do not have. */
export const insertRows = async (
  connection: PoolConnection,
  tables: readonly ProjectedTable[],
  nameOf: NameOf,
  rows: TableRows,
): Promise<void> => {
  for (const table of tables) {
    await inChunks(rowsIn(rows, table), (some) =>
      run(connection, `INSERT INTO ${nameOf(table)} (${columnsOf(table).join(", ")}) VALUES ?`, [some]),
    );
  }
};

/** Replaces all rows of these aggregates, in the caller's transaction. */
export const replaceRows = async (
  connection: PoolConnection,
  tables: readonly ProjectedTable[],
  nameOf: NameOf,
  { ids, rows }: { readonly ids: readonly string[]; readonly rows: TableRows },
): Promise<void> => {
  if (ids.length === 0) return;
  for (const table of tables) {
    await run(connection, `DELETE FROM ${nameOf(table)} WHERE ${table.aggregateColumn} IN (?)`, [ids.map(uuidToBytes)]);
  }
  await insertRows(connection, tables, nameOf, rows);
};

/** A row has at most some 1.5 KB, so a statement stays far below MySQL's default packet of 64 MB. */
const rowsAtOnce = 5_000;

const inChunks = async (rows: readonly Row[], insert: (rows: readonly Row[]) => Promise<unknown>): Promise<void> => {
  for (let begin = 0; begin < rows.length; begin += rowsAtOnce) await insert(rows.slice(begin, begin + rowsAtOnce));
};

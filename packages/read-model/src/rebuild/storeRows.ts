import { deleteByKeys, run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";
import type { Folded, Projections } from "../projection/projection.ts";
import { columnsOf, type ProjectedTable, type Row, rowsIn, type TableRows } from "../projection/projectedTable.ts";
import { rowGroups } from "../projection/rowGroups.ts";

/** Returns the name of the live table or of the new table. */
export type NameOf = (table: ProjectedTable) => string;

export const liveName: NameOf = ({ name }) => name;
export const newName: NameOf = ({ name }) => `rebuild_${name}`;

export const tablesOf = (projections: Projections): readonly ProjectedTable[] => projections.flatMap(({ tables }) => tables);

/** Returns the rows of these aggregates, by table. An aggregate whose first event cannot be projected has no rows. */
export const rowsOf = (folded: readonly Folded[]): TableRows => {
  const all: Record<string, Row[]> = {};
  for (const { rows } of folded) {
    for (const [table, some] of Object.entries(rows)) (all[table] ??= []).push(...some);
  }
  return all;
};

/** Inserts rows of aggregates that are not in the tables yet. */
export const insertRows = async (
  connection: PoolConnection,
  tables: readonly ProjectedTable[],
  nameOf: NameOf,
  rows: TableRows,
): Promise<void> => {
  for (const table of tables) {
    for (const group of rowGroups(rowsIn(rows, table))) {
      await run(connection, `INSERT INTO ${nameOf(table)} (${columnsOf(table).join(", ")}) VALUES ?`, [group]);
    }
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
    await run(connection, `${deleteByKeys(nameOf(table))} WHERE ${table.aggregateColumn} IN (?)`, [ids.map(uuidToBytes)]);
  }
  await insertRows(connection, tables, nameOf, rows);
};

import { format, raw } from "mysql2";
import { groupByBytes, insertBytes } from "./groupByBytes.ts";
import type { Statement } from "./runTogether.ts";

/** The value of a column. */
export type ColumnValue = string | number | boolean | Date | Buffer | null;

/**
 * Returns statements that write the rows, in their order, each small enough for any server, however long the texts in the rows are.
 * `sql` has one `?` in place of all rows, such as `INSERT INTO … VALUES ?`. Run them with `writeTogether`.
 */
export const rowStatements = (sql: string, rows: readonly (readonly ColumnValue[])[]): Statement[] =>
  groupByBytes(
    rows.map((row) => `(${format("?", [[...row]], false, "Z")})`),
    (text) => Buffer.byteLength(text),
    insertBytes,
  ).map((group) => ({ sql, values: [raw(group.join())] }));

import { groupByBytes, insertBytes } from "@cart/mysql";
import type { ColumnValue, Row } from "./projectedTable.ts";

/** Splits rows, in order, into groups that the server takes in one statement, however large their texts are. */
export const rowGroups = (rows: readonly Row[]): Row[][] => groupByBytes(rows, rowBytes, insertBytes);

const rowBytes = (row: Row): number => row.reduce<number>((bytes, value) => bytes + valueBytes(value), 0);

/** Bytes of a value in a statement, about. Bytes are written as hexadecimal digits, and numbers and times take less than 30. */
const valueBytes = (value: ColumnValue): number => {
  if (typeof value === "string") return Buffer.byteLength(value);
  return Buffer.isBuffer(value) ? 2 * value.length : 30;
};

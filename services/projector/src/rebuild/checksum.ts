import { crc32 } from "node:zlib";
import { run } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { cartColumns, type ColumnValue, itemColumns } from "../readModel/cartRows.ts";
import type { CartTables } from "../readModel/cartTables.ts";
import type { CartRows } from "./storeCarts.ts";

/** How many rows there are, and the sum of the CRC-32 of each: it does not depend on their order, and sums of parts add up. */
export type TableChecksum = { readonly rows: number; readonly sum: bigint };
export type Checksum = { readonly carts: TableChecksum; readonly items: TableChecksum };

const none: TableChecksum = { rows: 0, sum: 0n };
export const noChecksum: Checksum = { carts: none, items: none };

const combine = (a: TableChecksum, b: TableChecksum, sign: 1 | -1): TableChecksum => ({
  rows: a.rows + sign * b.rows,
  sum: a.sum + BigInt(sign) * b.sum,
});

export const addChecksum = (a: Checksum, b: Checksum): Checksum => ({
  carts: combine(a.carts, b.carts, 1),
  items: combine(a.items, b.items, 1),
});

export const subtractChecksum = (a: Checksum, b: Checksum): Checksum => ({
  carts: combine(a.carts, b.carts, -1),
  items: combine(a.items, b.items, -1),
});

export const isSameChecksum = (a: Checksum, b: Checksum): boolean => textOf(a) === textOf(b);

export const textOf = ({ carts, items }: Checksum): string => `${carts.rows} carts (${carts.sum}), ${items.rows} lines (${items.sum})`;

/** Of rows before they are written. */
export const checksumOf = ({ carts, items }: CartRows): Checksum => ({ carts: sumOf(carts), items: sumOf(items) });

const sumOf = (rows: readonly ColumnValue[][]): TableChecksum => {
  let sum = 0n;
  for (const row of rows) sum += BigInt(crc32(row.map(asText).join("\t")));
  return { rows: rows.length, sum };
};

/** As `sqlText` has it. */
const asText = (value: ColumnValue): string => {
  if (value === null) return "\\N";
  if (Buffer.isBuffer(value)) return value.toString("hex").toUpperCase();
  if (value instanceof Date) return value.toISOString().replaceAll(/\D/g, "").padEnd(20, "0");
  return String(value);
};

const binaryColumns: ReadonlySet<string> = new Set(["id", "merged_into", "cart_id"]);
const timeColumns: ReadonlySet<string> = new Set(["created_at", "updated_at", "abandoned_at"]);

const sqlText = (column: string): string => {
  if (binaryColumns.has(column)) return `COALESCE(HEX(${column}), '\\\\N')`;
  if (timeColumns.has(column)) return `COALESCE(DATE_FORMAT(${column}, '%Y%m%d%H%i%s%f'), '\\\\N')`;
  return `COALESCE(${column}, '\\\\N')`;
};

const sumExpression = (columns: readonly string[]): string =>
  `SELECT COUNT(*) AS n, COALESCE(SUM(CRC32(CONCAT_WS('\\t', ${columns.map(sqlText).join(", ")}))), 0) AS total`;

/** Of rows in the database: of all, or of the carts with these ids. The time it takes grows with the tables. */
export const readChecksum = async (connection: PoolConnection, tables: CartTables, ids?: readonly Buffer[]): Promise<Checksum> => {
  if (ids?.length === 0) return noChecksum;
  const read = async (table: string, columns: readonly string[], idColumn: string): Promise<TableChecksum> => {
    const where = ids === undefined ? "" : `WHERE ${idColumn} IN (?)`;
    const [row] = await run<(RowDataPacket & { n: number; total: string })[]>(
      connection,
      `${sumExpression(columns)} FROM ${table} ${where}`,
      ids === undefined ? [] : [ids],
      3_600_000,
    );
    return { rows: row?.n ?? 0, sum: BigInt(row?.total ?? 0) };
  };
  return { carts: await read(tables.carts, cartColumns, "id"), items: await read(tables.items, itemColumns, "cart_id") };
};

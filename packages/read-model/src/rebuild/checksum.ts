import { crc32 } from "node:zlib";
import { run } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { type ColumnKind, type ColumnValue, type ProjectedTable, type Row, type TableRows } from "../projection/projectedTable.ts";
import type { NameOf } from "./storeRows.ts";

/**
 * The number of rows and the sum of their CRC-32 values. The sum does not depend on the order of the rows, and
 * the sums of parts add up to that of the whole.
 */
export type TableChecksum = { readonly rows: number; readonly sum: bigint };

/** Checksums by table name. A table without an entry has no rows. */
export type Checksum = Readonly<Record<string, TableChecksum>>;

const none: TableChecksum = { rows: 0, sum: 0n };
export const noChecksum: Checksum = {};

export const countOf = (checksum: Checksum, table: ProjectedTable): number => (checksum[table.name] ?? none).rows;

const combine = (a: Checksum, b: Checksum, sign: 1 | -1): Checksum =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((table) => {
      const [x, y] = [a[table] ?? none, b[table] ?? none];
      return [table, { rows: x.rows + sign * y.rows, sum: x.sum + BigInt(sign) * y.sum }];
    }),
  );

export const addChecksum = (a: Checksum, b: Checksum): Checksum => combine(a, b, 1);
export const subtractChecksum = (a: Checksum, b: Checksum): Checksum => combine(a, b, -1);

export const isSameChecksum = (a: Checksum, b: Checksum): boolean =>
  Object.values(subtractChecksum(a, b)).every(({ rows, sum }) => rows === 0 && sum === 0n);

export const textOf = (checksum: Checksum): string =>
  Object.entries(checksum)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([table, { rows, sum }]) => `${table}: ${rows} rows (${sum})`)
    .join(", ");

/** Computes the checksum of rows in memory. It equals the one that `readChecksum` finds after they are written. */
export const checksumOf = (rows: TableRows): Checksum =>
  Object.fromEntries(Object.entries(rows).map(([table, some]) => [table, { rows: some.length, sum: sumOf(some) }]));

const sumOf = (rows: readonly Row[]): bigint => {
  let sum = 0n;
  for (const row of rows) sum += BigInt(crc32(row.map(asText).join("\t")));
  return sum;
};

/** Returns the same text as the expression of `sqlText`. */
const asText = (value: ColumnValue): string => {
  if (value === null) return "\\N";
  if (Buffer.isBuffer(value)) return value.toString("hex").toUpperCase();
  if (value instanceof Date) return value.toISOString().replaceAll(/\D/g, "").padEnd(20, "0");
  return String(value);
};

const sqlText = (column: string, kind: ColumnKind): string => {
  switch (kind) {
    case "bytes":
      return `COALESCE(HEX(${column}), '\\\\N')`;
    case "time":
      return `COALESCE(DATE_FORMAT(${column}, '%Y%m%d%H%i%s%f'), '\\\\N')`;
    case "text":
      return `COALESCE(${column}, '\\\\N')`;
    default:
      return kind satisfies never;
  }
};

const sumExpression = ({ columns }: ProjectedTable): string => {
  const texts = Object.entries(columns).map(([column, kind]) => sqlText(column, kind));
  return `SELECT COUNT(*) AS n, COALESCE(SUM(CRC32(CONCAT_WS('\\t', ${texts.join(", ")}))), 0) AS total`;
};

/**
 * Reads the checksum of rows in the database: of all rows, or of the aggregates with these ids. The time for all
 * rows grows with the tables.
 */
export const readChecksum = async (
  connection: PoolConnection,
  tables: readonly ProjectedTable[],
  nameOf: NameOf,
  ids?: readonly Buffer[],
): Promise<Checksum> => {
  if (ids?.length === 0) return noChecksum;
  const found: [string, TableChecksum][] = [];
  for (const table of tables) {
    const where = ids === undefined ? "" : `WHERE ${table.aggregateColumn} IN (?)`;
    const [row] = await run<(RowDataPacket & { n: number; total: string })[]>(
      connection,
      `${sumExpression(table)} FROM ${nameOf(table)} ${where}`,
      ids === undefined ? [] : [ids],
      3_600_000,
    );
    found.push([table.name, { rows: row?.n ?? 0, sum: BigInt(row?.total ?? 0) }]);
  }
  return Object.fromEntries(found);
};

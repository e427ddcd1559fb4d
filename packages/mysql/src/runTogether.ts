import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { groupByBytes } from "./groupByBytes.ts";
import { pinnedOf } from "./pinnedConnections.ts";
import { type KeepWhile, receiveRows } from "./receiveRows.ts";
import { statementTimeoutMs } from "./run.ts";

/** SQL with a `?` for each value. */
export type Statement = { readonly sql: string; readonly values?: readonly unknown[] };

/**
 * Runs two or more statements in one round trip, in order, within `timeoutMs` milliseconds, and resolves to
 * the rows of each. Statements after a failed one are not run. Needs `multipleStatements`.
 */
export const runTogether = async <Rows extends RowDataPacket[][]>(
  connection: PoolConnection,
  statements: readonly Statement[],
  timeoutMs: number = statementTimeoutMs,
): Promise<Rows> => query<Rows>(connection, statements.map(textOf(connection)), timeoutMs);

/**
 * Runs statements like `runTogether`, and keeps the rows of each until `keepWhile` refuses one. Later rows of the same
 * statement are dropped on arrival, so the memory is bounded by the kept rows.
 */
export const readTogether = <Rows extends RowDataPacket[][]>(
  connection: PoolConnection,
  statements: readonly Statement[],
  keepWhile: KeepWhile<Rows[number][number]>,
): Promise<Rows> =>
  receiveRows<Rows>(
    pinnedOf(connection).core,
    { sql: statements.map(textOf(connection)).join(separator), values: null, timeout: statementTimeoutMs },
    keepWhile,
  );

/**
 * Runs any number of statements without rows, in order, in as few round trips as the
 * server's largest packet allows. Rejects with a `StatementTooLargeError`, before
 * anything is sent, if one statement alone is larger than a packet.
 */
export const writeTogether = async (connection: PoolConnection, statements: readonly Statement[]): Promise<void> => {
  for (const texts of tripsOf(statements.map(textOf(connection)), maxStatementBytes(connection))) await query(connection, texts);
};

/** One statement is larger than the server's `max_allowed_packet`. A retry does not help. */
export class StatementTooLargeError extends Error {
  override readonly name = "StatementTooLargeError";
}

/** Returns the size of the largest statement that the connection's server accepts, in bytes. */
const maxStatementBytes = (connection: PoolConnection): number => pinnedOf(connection).maxPacketBytes - packetReserveBytes;

/** Bytes of a packet that are left free for its command and for additions by a proxy. */
const packetReserveBytes = 1_024;

const textOf =
  (connection: PoolConnection) =>
  ({ sql, values = [] }: Statement): string =>
    connection.format(sql, [...values]);

const query = async <Rows extends RowDataPacket[][]>(
  connection: PoolConnection,
  texts: readonly string[],
  timeoutMs: number = statementTimeoutMs,
): Promise<Rows> => {
  // `values: null` keeps the driver from searching the whole text for a `?`.
  const [rows] = await connection.query<Rows>({ sql: texts.join(separator), values: null, timeout: timeoutMs });
  return rows;
};

/** Upper limit of a round trip in bytes. A larger one is not faster, and both sides hold it in memory as a whole. */
const largestTripBytes = 16_777_216;

const tripsOf = (texts: readonly string[], maxBytes: number): string[][] => {
  const sizeOf = (text: string): number => Buffer.byteLength(text) + separatorBytes;
  const tooLarge = texts.map(sizeOf).find((size) => size > maxBytes);
  if (tooLarge !== undefined) {
    throw new StatementTooLargeError(
      `a statement of ${tooLarge} bytes exceeds the server's limit of ${maxBytes} bytes (max_allowed_packet)`,
    );
  }
  return groupByBytes(texts, sizeOf, Math.min(largestTripBytes, maxBytes));
};

const separator = ";\n";
const separatorBytes = separator.length;

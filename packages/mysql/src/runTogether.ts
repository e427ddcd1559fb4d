import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { maxPacketBytesOf } from "./pinnedConnections.ts";
import { statementTimeout } from "./run.ts";

/** SQL whose `?` stand for the values. */
export type Statement = { readonly sql: string; readonly values?: readonly unknown[] };

/**
 * Runs two or more statements with one round trip, in order, and gives the rows of
 * each, within a time in milliseconds. The first that fails is the last that is run. Needs `multipleStatements`.
 */
export const runTogether = async <Rows extends RowDataPacket[][]>(
  connection: PoolConnection,
  statements: readonly Statement[],
  timeout: number = statementTimeout,
): Promise<Rows> => query<Rows>(connection, statements.map(textOf(connection)), timeout);

/**
 * As `runTogether` for statements without rows, of any number, in as few round trips
 * as the server's largest packet allows. Rejects with a `StatementTooLargeError`,
 * before anything is sent, when one statement alone is larger than that.
 */
export const writeTogether = async (connection: PoolConnection, statements: readonly Statement[]): Promise<void> => {
  for (const texts of tripsOf(statements.map(textOf(connection)), maxStatementBytes(connection))) await query(connection, texts);
};

/** One statement is larger than the server's `max_allowed_packet`: sent again it fails again. */
export class StatementTooLargeError extends Error {
  override readonly name = "StatementTooLargeError";
}

/** Bytes of the largest statement that the connection's server takes. */
const maxStatementBytes = (connection: PoolConnection): number => maxPacketBytesOf(connection) - packetReserveBytes;

/** A packet holds more than the text: its command, and room for what a server between adds. */
const packetReserveBytes = 1_024;

const textOf =
  (connection: PoolConnection) =>
  ({ sql, values = [] }: Statement): string =>
    connection.format(sql, [...values]);

const query = async <Rows extends RowDataPacket[][]>(
  connection: PoolConnection,
  texts: readonly string[],
  timeout: number = statementTimeout,
): Promise<Rows> => {
  // Without `values: null` the driver would look for a `?` in all of it.
  const [rows] = await connection.query<Rows>({ sql: texts.join(separator), values: null, timeout });
  return rows;
};

/** A trip that is larger gains nothing, and both sides keep it in memory as a whole. */
const largestTripBytes = 16_777_216;

const tripsOf = (texts: readonly string[], maxBytes: number): string[][] => {
  const limit = Math.min(largestTripBytes, maxBytes);
  const trips: string[][] = [];
  let bytes = Infinity;
  for (const text of texts) {
    const size = Buffer.byteLength(text) + separatorBytes;
    if (size > maxBytes)
      throw new StatementTooLargeError(`a statement of ${size} bytes is larger than the server takes (${maxBytes} bytes)`);
    if (bytes + size > limit) {
      trips.push([]);
      bytes = 0;
    }
    trips.at(-1)?.push(text);
    bytes += size;
  }
  return trips;
};

const separator = ";\n";
const separatorBytes = separator.length;

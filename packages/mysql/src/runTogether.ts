import type { PoolConnection, RowDataPacket } from "mysql2/promise";
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

/** As `runTogether` for statements without rows: any number of them, however long, in as few round trips as fit. */
export const writeTogether = async (connection: PoolConnection, statements: readonly Statement[]): Promise<void> => {
  for (const texts of tripsOf(statements.map(textOf(connection)))) await query(connection, texts);
};

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
  const [rows] = await connection.query<Rows>({ sql: texts.join(";\n"), values: null, timeout });
  return rows;
};

/** Characters. A quarter of the greatest packet that MySQL takes by default, as a character may need several bytes. */
const longestTrip = 16_777_216;

const tripsOf = (texts: readonly string[]): string[][] => {
  const trips: string[][] = [];
  let length = Infinity;
  for (const text of texts) {
    if (length + text.length > longestTrip) {
      trips.push([]);
      length = 0;
    }
    trips.at(-1)?.push(text);
    length += text.length;
  }
  return trips;
};

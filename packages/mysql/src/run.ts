import type { PoolConnection, QueryResult } from "mysql2/promise";

/** Milliseconds. A server or network that hangs is a lost connection, not a reason to wait for ever. */
export const statementTimeout = 15_000;

/** Runs one statement on the connection, with a bound on its time in milliseconds. */
export const run = async <T extends QueryResult>(
  connection: PoolConnection,
  sql: string,
  values: readonly unknown[] = [],
  timeout: number = statementTimeout,
): Promise<T> => {
  const [result] = await connection.query<T>({ sql, values: [...values], timeout });
  return result;
};

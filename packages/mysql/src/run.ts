import type { PoolConnection, QueryResult } from "mysql2/promise";

/** Milliseconds after which a statement fails, so that a hanging server or network counts as a lost connection. */
export const statementTimeoutMs = 15_000;

/** Runs one statement on the connection, within `timeoutMs` milliseconds. */
export const run = async <T extends QueryResult>(
  connection: PoolConnection,
  sql: string,
  values: readonly unknown[] = [],
  timeoutMs: number = statementTimeoutMs,
): Promise<T> => {
  const [result] = await connection.query<T>({ sql, values: [...values], timeout: timeoutMs });
  return result;
};

import type { Pool, PoolConnection } from "mysql2/promise";
import { run } from "./run.ts";

/**
 * Lends a connection to `work`. After an error the connection is closed, not
 * returned: that is the one rollback that cannot fail, and nothing half done or
 * still running ever gets back into the pool.
 */
export const withConnection = async <T>(pool: Pool, work: (connection: PoolConnection) => Promise<T>): Promise<T> => {
  const connection = await pool.getConnection();
  try {
    const result = await work(connection);
    connection.release();
    return result;
  } catch (error) {
    connection.destroy();
    throw error;
  }
};

/**
 * Runs `work` in a transaction and commits it. On an error nothing is kept. When
 * the commit itself fails, the transaction may have been committed or not.
 */
export const inTransaction = <T>(pool: Pool, work: (connection: PoolConnection) => Promise<T>): Promise<T> =>
  within(pool, ["START TRANSACTION"], work);

/** Reads that all see the same state. */
export const inSnapshot = <T>(pool: Pool, work: (connection: PoolConnection) => Promise<T>): Promise<T> =>
  within(pool, ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"], work);

const within = <T>(pool: Pool, begin: readonly string[], work: (connection: PoolConnection) => Promise<T>): Promise<T> =>
  withConnection(pool, async (connection) => {
    for (const sql of begin) await run(connection, sql);
    const result = await work(connection);
    await run(connection, "COMMIT");
    return result;
  });

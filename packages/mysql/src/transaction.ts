import type { Pool, PoolConnection } from "mysql2/promise";
import { isReadOnly } from "./mysqlError.ts";
import { leaveServer } from "./pinnedConnections.ts";
import { run } from "./run.ts";

/**
 * Lends a connection to `work`. After an error the connection is closed, not returned
 * to the pool: closing is the only rollback that cannot fail, and no connection with an
 * open transaction or a running statement gets back into the pool. If the server is not
 * the primary, the pool's other connections are closed too.
 */
export const withConnection = async <T>(pool: Pool, work: (connection: PoolConnection) => Promise<T>): Promise<T> => {
  const connection = await pool.getConnection();
  try {
    const result = await work(connection);
    connection.release();
    return result;
  } catch (error) {
    connection.destroy();
    if (isReadOnly(error)) leaveServer(pool.pool, connection.connection);
    throw error;
  }
};

/**
 * Runs `work` in a transaction and commits it. After an error nothing is stored, except
 * that the transaction may have been committed if the commit itself failed.
 */
export const inTransaction = <T>(pool: Pool, work: (connection: PoolConnection) => Promise<T>): Promise<T> =>
  within(pool, ["START TRANSACTION"], work);

/** Runs `work` in a read-only transaction in which all reads see the same state. */
export const inSnapshot = <T>(pool: Pool, work: (connection: PoolConnection) => Promise<T>): Promise<T> =>
  within(pool, ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"], work);

const within = <T>(pool: Pool, begin: readonly string[], work: (connection: PoolConnection) => Promise<T>): Promise<T> =>
  withConnection(pool, async (connection) => {
    for (const sql of begin) await run(connection, sql);
    const result = await work(connection);
    await run(connection, "COMMIT");
    return result;
  });

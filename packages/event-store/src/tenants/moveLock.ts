import { run } from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";

/** Seconds. MySQL may take a moment to notice that a process with the lock has died. */
const patienceSeconds = 5;

/** A lock's name counts for the whole server and has 64 characters at most. */
const lockName = "CONCAT('move-tenant:', LEFT(SHA2(CONCAT(DATABASE(), '/', ?), 256), 40))";

/**
 * Runs `work` while no other process moves the tenant out of the event store, or cancels its move. `assertHeld` throws if the session
 * was lost, and with it the lock. If the process dies, MySQL releases the lock. It takes one of the pool's connections.
 */
export const withMoveLock = async <T>(
  source: Pool,
  tenantId: string,
  work: (assertHeld: () => Promise<void>) => Promise<T>,
): Promise<T> => {
  const connection = await source.getConnection();
  try {
    // The session is idle while streams are copied, so it may be for a day.
    await run(connection, "SET SESSION wait_timeout = 86400");
    if (!(await isTrue(connection, `GET_LOCK(${lockName}, ?)`, [tenantId, patienceSeconds])))
      throw new Error("another process moves the tenant: wait until it has ended, or end it");
    return await work(async () => {
      if (!(await isTrue(connection, `IS_USED_LOCK(${lockName}) = CONNECTION_ID()`, [tenantId])))
        throw new Error("the move has lost its lock: run the command again");
    });
  } finally {
    // The end of a session releases its lock too, but with a delay.
    await run(connection, "SELECT RELEASE_ALL_LOCKS()", [], 2_000).catch(() => undefined);
    connection.destroy();
  }
};

const isTrue = async (connection: PoolConnection, sql: string, values: readonly unknown[]): Promise<boolean> => {
  const [row] = await run<(RowDataPacket & { readonly isTrue: number | null })[]>(connection, `SELECT ${sql} AS isTrue`, values);
  return row?.isTrue === 1;
};

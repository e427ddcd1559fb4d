import { run } from "@cart/mysql";
import { abortableDelay } from "@cart/process-kit";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";

export class RebuildRefusedError extends Error {
  override readonly name = "RebuildRefusedError";
}

export type RebuildSession = {
  /** Its statements see the read model while the gate is closed. */
  readonly connection: PoolConnection;
  /** Throws when the session was lost, and with it the lock and the gate. */
  readonly assertHeld: () => Promise<void>;
  /** Runs `work` while no projector or command can write a cart; reads go on. */
  readonly withGateClosed: <T>(work: () => Promise<T>) => Promise<T>;
};

/**
 * Lends the one session that may rebuild this read model: MySQL frees its lock and
 * its gate when the process dies in whatever way.
 */
export const withRebuildSession = async <T>(
  readModel: Pool,
  signal: AbortSignal,
  work: (session: RebuildSession) => Promise<T>,
): Promise<T> => {
  const connection = await readModel.getConnection();
  try {
    // The session is idle while tables are compared. 2 s is as long as projectors may queue behind a gate that does not close.
    await run(connection, "SET SESSION wait_timeout = 3600, lock_wait_timeout = 2");
    const [lock] = await run<(RowDataPacket & { isMine: number | null })[]>(
      connection,
      "SELECT GET_LOCK(CONCAT('rebuild.', DATABASE()), 0) AS isMine",
    );
    if (lock?.isMine !== 1) throw new RebuildRefusedError("another rebuild of this read model is running");

    const assertHeld = async (): Promise<void> => {
      const [held] = await run<(RowDataPacket & { isMine: number | null })[]>(
        connection,
        "SELECT IS_USED_LOCK(CONCAT('rebuild.', DATABASE())) = CONNECTION_ID() AS isMine",
      );
      if (held?.isMine !== 1) throw new RebuildRefusedError("the rebuild has lost its lock");
    };
    const withGateClosed = async <R>(whileClosed: () => Promise<R>): Promise<R> => {
      await withLockRetry(signal, () => run(connection, "LOCK TABLES dead_letters WRITE"));
      try {
        return await whileClosed();
      } finally {
        // A session that does not answer has lost the gate, or loses it below.
        await run(connection, "UNLOCK TABLES").catch(() => undefined);
      }
    };
    return await work({ connection, assertHeld, withGateClosed });
  } finally {
    // A session that ends frees its lock too, but some time after it was told to: too late for whoever starts the next rebuild.
    await run(connection, "SELECT RELEASE_ALL_LOCKS()", [], 2_000).catch(() => undefined);
    // Never back into the pool: its lock and its settings end with it.
    connection.destroy();
  }
};

const lockWaitTimeout = 1205;

/**
 * A statement that waits for a table lock makes all who come after it wait too, so it
 * gives up after `lock_wait_timeout` and lets them pass before it asks again. A paused
 * projector loses its transaction after 30 s; this waits longer than that.
 */
export const withLockRetry = async <T>(signal: AbortSignal, lock: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await lock();
    } catch (error) {
      const isTimeout = error instanceof Error && "errno" in error && error.errno === lockWaitTimeout;
      if (!isTimeout || attempt === 40) throw error;
      await abortableDelay(500, signal);
    }
  }
};

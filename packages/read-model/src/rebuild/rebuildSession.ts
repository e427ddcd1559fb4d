import { run } from "@cart/mysql";
import { abortableDelay } from "@cart/process-kit";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";

export class RebuildRefusedError extends Error {
  override readonly name = "RebuildRefusedError";
}

export type RebuildSession = {
  /** The connection that holds the lock and the gate. Only its statements can read `dead_letters` while the gate is closed. */
  readonly connection: PoolConnection;
  /**
   * Throws if the session was lost, and with it the lock and the gate. It asks on the session's own connection, or on another one: then it
   * also throws if that leads to another server, which knows of no lock and no gate.
   */
  readonly assertHeld: (on?: PoolConnection) => Promise<void>;
  /** Runs `work` while no projector or CLI command can write the read model. Readers are not blocked. */
  readonly withGateClosed: <T>(work: () => Promise<T>) => Promise<T>;
};

/**
 * Runs `work` with the one session that may rebuild this read model. If the process dies,
 * in whatever way, MySQL releases the session's lock and gate.
 */
export const withRebuildSession = async <T>(
  readModel: Pool,
  signal: AbortSignal,
  work: (session: RebuildSession) => Promise<T>,
): Promise<T> => {
  const connection = await readModel.getConnection();
  try {
    // The session is idle while tables are compared, so it may be for an hour. Projectors queue for at most 2 s
    // behind a gate that does not close.
    await run(connection, "SET SESSION wait_timeout = 3600, lock_wait_timeout = 2");
    const [lock] = await run<(RowDataPacket & { isMine: number | null; session: number })[]>(
      connection,
      "SELECT GET_LOCK(CONCAT('rebuild.', DATABASE()), 0) AS isMine, CONNECTION_ID() AS session",
    );
    if (lock?.isMine !== 1) throw new RebuildRefusedError("another rebuild of this read model is running");

    const assertHeld = async (on: PoolConnection = connection): Promise<void> => {
      const [held] = await run<(RowDataPacket & { isMine: number | null })[]>(
        on,
        "SELECT IS_USED_LOCK(CONCAT('rebuild.', DATABASE())) = ? AS isMine",
        [lock.session],
      );
      if (held?.isMine !== 1) throw new RebuildRefusedError("the rebuild has lost its lock");
    };
    const withGateClosed = async <R>(whileClosed: () => Promise<R>): Promise<R> => {
      await withLockRetry(signal, () => run(connection, "LOCK TABLES dead_letters WRITE"));
      try {
        return await whileClosed();
      } finally {
        // A session that does not answer has lost the gate already, or loses it when it is destroyed below.
        await run(connection, "UNLOCK TABLES").catch(() => undefined);
      }
    };
    return await work({ connection, assertHeld, withGateClosed });
  } finally {
    // The end of a session releases its lock too, but with a delay, which would be too late for a rebuild that starts right afterwards.
    await run(connection, "SELECT RELEASE_ALL_LOCKS()", [], 2_000).catch(() => undefined);
    // The session never returns to the pool, so that its lock and its settings end with it.
    connection.destroy();
  }
};

const lockWaitTimeout = 1205;

/**
 * Retries a statement that waits for a table lock. While it waits, later statements queue
 * behind it, so it gives up after `lock_wait_timeout` and lets them pass before it retries.
 * All retries together take longer than 30 s, after which a paused projector loses its transaction.
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

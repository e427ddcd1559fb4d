import { run } from "@cart/mysql";
import type { PoolConnection, ResultSetHeader } from "mysql2/promise";

/**
 * Deletes the oldest dead letters that are past their retention, at most `limit`, and returns how many were deleted. Their aggregates
 * stay where they are: the next message of one finds a gap and becomes a dead letter, and a rebuild repairs it from the event store.
 */
export const purgeDeadLetters = async (connection: PoolConnection, retentionMs: number, limit: number): Promise<number> => {
  const { affectedRows } = await run<ResultSetHeader>(
    connection,
    "DELETE FROM dead_letters WHERE created_at < NOW(6) - INTERVAL ? MICROSECOND ORDER BY id LIMIT ?",
    [retentionMs * 1000, limit],
  );
  return affectedRows;
};

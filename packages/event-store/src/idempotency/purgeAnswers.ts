import { run } from "@cart/mysql";
import type { PoolConnection, ResultSetHeader } from "mysql2/promise";

/**
 * Deletes the oldest answers that are past their retention, at most `limit`, and
 * returns how many were deleted. Several processes may do so at once: all scan the index
 * on the age in one direction, so they wait for each other and do not deadlock.
 */
export const purgeAnswers = async (connection: PoolConnection, retentionMs: number, limit: number): Promise<number> => {
  const { affectedRows } = await run<ResultSetHeader>(
    connection,
    `DELETE /*+ INDEX(idempotency_keys idempotency_keys_age) */ FROM idempotency_keys
     WHERE created_at < NOW(6) - INTERVAL ? MICROSECOND ORDER BY created_at LIMIT ?`,
    [retentionMs * 1000, limit],
  );
  return affectedRows;
};

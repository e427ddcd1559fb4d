import { run } from "@cart/mysql";
import type { PoolConnection, ResultSetHeader } from "mysql2/promise";

/**
 * Deletes the oldest published rows that are past their retention, at most `limit`,
 * and returns how many were deleted. The statement reads only the head of the index on
 * (status, id), so its cost does not depend on how many rows are kept.
 */
export const purgePublished = async (connection: PoolConnection, retentionMs: number, limit: number): Promise<number> => {
  const { affectedRows } = await run<ResultSetHeader>(
    connection,
    `DELETE o FROM outbox o JOIN (
       SELECT id FROM (
         SELECT id, published_at FROM outbox FORCE INDEX (outbox_status) WHERE status = 'PUBLISHED' ORDER BY id LIMIT ?
       ) head WHERE published_at < NOW(6) - INTERVAL ? MICROSECOND
     ) old ON old.id = o.id`,
    [limit, retentionMs * 1000],
  );
  return affectedRows;
};

import { bytesToUuid, run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, ResultSetHeader, RowDataPacket } from "mysql2/promise";

export type FailedRow = {
  readonly id: number;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly eventType: string;
  readonly attempts: number;
  readonly error: string;
  /** The number of rows of the same aggregate that wait behind this row. */
  readonly waiting: number;
  readonly occurredAt: Date;
};

type FailedRecord = RowDataPacket & {
  id: number;
  aggregate_type: string;
  aggregate_id: Buffer;
  version: number;
  event_type: string;
  retry_count: number;
  error_message: string | null;
  waiting: number;
  created_at: Date;
};

/** Lists the rows that were given up, oldest first. */
export const listFailed = async (connection: PoolConnection, limit: number): Promise<readonly FailedRow[]> => {
  const records = await run<FailedRecord[]>(
    connection,
    `SELECT f.id, f.aggregate_type, f.aggregate_id, f.version, f.event_type, f.retry_count, f.error_message, f.created_at,
            (SELECT COUNT(*) FROM outbox w FORCE INDEX (outbox_status)
             WHERE w.status = 'PENDING' AND w.aggregate_id = f.aggregate_id AND w.aggregate_type = f.aggregate_type) AS waiting
     FROM outbox f WHERE f.status = 'FAILED' ORDER BY f.id LIMIT ?`,
    [limit],
  );
  return records.map((record) => ({
    id: record.id,
    aggregateType: record.aggregate_type,
    aggregateId: bytesToUuid(record.aggregate_id),
    version: record.version,
    eventType: record.event_type,
    attempts: record.retry_count,
    error: record.error_message ?? "",
    waiting: record.waiting,
    occurredAt: record.created_at,
  }));
};

/**
 * Resets the attempts of the failed rows of one aggregate or of all, and returns how
 * many rows were reset. The relay that holds their shard publishes them, in order,
 * before the rows that wait behind them.
 */
export const retryFailed = async (connection: PoolConnection, aggregateId?: string): Promise<number> => {
  const [where, values] = aggregateId === undefined ? ["", []] : [" AND aggregate_id = ?", [uuidToBytes(aggregateId)]];
  await run(connection, "START TRANSACTION");
  const { affectedRows } = await run<ResultSetHeader>(
    connection,
    `UPDATE outbox SET status = 'PENDING', retry_count = 0, next_attempt_at = NULL WHERE status = 'FAILED'${where}`,
    values,
  );
  await run(connection, `DELETE FROM outbox_blocks WHERE next_attempt_at IS NULL${where}`, values);
  await run(connection, "COMMIT");
  return affectedRows;
};

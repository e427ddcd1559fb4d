import { run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, ResultSetHeader } from "mysql2/promise";
import type { OutboxRow } from "./outboxRow.ts";

export type FailedAttempt = { readonly row: OutboxRow; readonly error: string };

export type RetryPolicy = {
  /** Number of attempts after which the row is FAILED and waits for an operator. */
  readonly maxAttempts: number;
  /** Returns the milliseconds until the next attempt, after this many failed attempts. */
  readonly delayAfter: (attempts: number) => number;
};

/**
 * Counts a failed attempt that was the row's own fault, and blocks its aggregate until
 * the next attempt, or until an operator steps in. Does nothing if this relay no longer
 * holds the shard.
 */
export const recordFailure = async (
  connection: PoolConnection,
  owner: string,
  { row, error }: FailedAttempt,
  { maxAttempts, delayAfter }: RetryPolicy,
): Promise<"retry" | "failed" | "lease lost"> => {
  const attempts = row.retryCount + 1;
  const failed = attempts >= maxAttempts;
  const nextAttempt = failed ? "NULL" : `NOW(6) + INTERVAL ${Math.round(delayAfter(attempts) * 1000)} MICROSECOND`;

  await run(connection, "START TRANSACTION");
  const { affectedRows } = await run<ResultSetHeader>(
    connection,
    `UPDATE outbox o JOIN relay_leases l ON l.shard = o.shard AND l.owner = ? AND l.expires_at > NOW(6)
     SET o.status = ?, o.retry_count = ?, o.next_attempt_at = ${nextAttempt}, o.error_message = ?
     WHERE o.id = ? AND o.status = 'PENDING'`,
    [owner, failed ? "FAILED" : "PENDING", attempts, error.slice(0, 1024), row.id],
  );
  if (affectedRows > 0) {
    await run(
      connection,
      `INSERT INTO outbox_blocks (aggregate_id, aggregate_type, outbox_id, next_attempt_at) VALUES (?, ?, ?, ${nextAttempt})
       ON DUPLICATE KEY UPDATE outbox_id = VALUES(outbox_id), next_attempt_at = VALUES(next_attempt_at)`,
      [uuidToBytes(row.aggregateId), row.aggregateType, row.id],
    );
  }
  await run(connection, "COMMIT");
  if (affectedRows === 0) return "lease lost";
  return failed ? "failed" : "retry";
};

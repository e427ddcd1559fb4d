import { deleteByKeys, inTransaction, run, withConnection } from "@cart/mysql";
import type { Pool, PoolConnection, ResultSetHeader } from "mysql2/promise";
import type { OutboxRow } from "./outboxRow.ts";

/** What is kept of a row that Kafka has acknowledged. */
export type PublishedRow = Pick<OutboxRow, "id" | "retryCount">;

export type MarkOptions = {
  /** true: rows become PUBLISHED and the purge deletes them later. false: rows are deleted here, which takes half of the time. */
  readonly keep: boolean;
};

/**
 * Marks rows that Kafka has acknowledged, and returns how many were marked: another relay
 * may have been faster if it has taken over their shards. An aggregate that was blocked by
 * one of the rows is unblocked in the same commit.
 *
 * The lease is not checked, because Kafka has acknowledged the rows whichever relay holds
 * the lease now. A row that another relay has given up in the meantime stays FAILED.
 */
export const markPublished = async (pool: Pool, { keep }: MarkOptions, rows: readonly PublishedRow[]): Promise<number> => {
  const ids = rows.map(({ id }) => id);
  const mark = async (connection: PoolConnection): Promise<number> => {
    const { affectedRows } = await run<ResultSetHeader>(
      connection,
      `${keep ? "UPDATE outbox SET status = 'PUBLISHED', published_at = NOW(6)" : deleteByKeys("outbox")} WHERE id IN (?) AND status = 'PENDING'`,
      [ids],
    );
    return affectedRows;
  };
  const retried = rows.filter(({ retryCount }) => retryCount > 0).map(({ id }) => id);
  if (retried.length === 0) return withConnection(pool, mark);
  return inTransaction(pool, async (connection) => {
    const marked = await mark(connection);
    await run(
      connection,
      `DELETE b FROM outbox_blocks b LEFT JOIN outbox o ON o.id = b.outbox_id
       WHERE b.outbox_id IN (?) AND (o.id IS NULL OR o.status = 'PUBLISHED')`,
      [retried],
    );
    return marked;
  });
};

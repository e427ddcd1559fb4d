import { type FailedAttempt, markPublished, type OutboxRow, recordFailure, type RetryPolicy } from "@cart/event-store";
import { withConnection } from "@cart/mysql";
import type { Logger } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import { createPublishedMarks, type PublishedMarks } from "./publishedMarks.ts";
import { type EncodedRows, type Publisher, publishRows } from "./publishRows.ts";
import type { RelayMetrics } from "./relayMetrics.ts";

export type PublishingOptions = {
  readonly pool: Pool;
  readonly publisher: Publisher;
  readonly owner: string;
  /** Rows after which the marks of published rows do not wait for more. */
  readonly batchRows: number;
  /** Whether published rows stay in the outbox, for the purge to delete. */
  readonly keepPublished: boolean;
  readonly retry: RetryPolicy;
  readonly metrics: RelayMetrics;
  readonly logger: Logger;
};

export type Publishing = {
  readonly marks: PublishedMarks;
  /** Resolves to whether Kafka has all of the rows. What it has is marked later, and what it refused is recorded. */
  readonly publish: (rows: EncodedRows) => Promise<boolean>;
};

/** Brings rows to Kafka, and what became of them to MySQL. */
export const createPublishing = (options: PublishingOptions): Publishing => {
  const { pool, publisher, owner, batchRows, retry, metrics, logger } = options;
  const marks = createPublishedMarks({ batchRows, mark: (rows) => mark(rows, options) });

  const record = async (failure: FailedAttempt): Promise<void> => {
    metrics.failed();
    const outcome = await withConnection(pool, (connection) => recordFailure(connection, owner, failure, retry));
    const { id, aggregateId, version, retryCount } = failure.row;
    logger.error(
      { outbox_id: id, aggregate_id: aggregateId, version, attempts: retryCount + 1, outcome, reason: failure.error },
      "a row could not be published",
    );
  };

  return {
    marks,
    publish: async (rows) => {
      await marks.room();
      const { published, failures } = await publishRows(publisher, rows);
      marks.add(published);
      marks.markDue();
      for (const failure of failures) await record(failure);
      return failures.length === 0;
    },
  };
};

const mark = async (rows: readonly OutboxRow[], { pool, keepPublished, metrics, logger }: PublishingOptions): Promise<void> => {
  const marked = await markPublished(pool, { keep: keepPublished }, rows).catch((error: unknown) => {
    logger.warn({ err: error, rows: rows.length }, "published rows could not be marked; that is tried again before more are published");
    throw error;
  });
  metrics.published(marked);
  if (marked < rows.length) {
    logger.warn({ rows: rows.length, marked }, "a lease was lost while rows were published; another relay published them too");
  }
};

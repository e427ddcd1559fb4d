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
  /** Number of published rows that are marked at once, without waiting for more. */
  readonly batchRows: number;
  /** Whether published rows stay in the outbox until the purge deletes them. */
  readonly keepPublished: boolean;
  readonly retry: RetryPolicy;
  readonly metrics: RelayMetrics;
  readonly logger: Logger;
};

export type Publishing = {
  readonly marks: PublishedMarks;
  /** Resolves to whether Kafka has acknowledged all of the rows. Acknowledged rows are marked later, and failures are recorded. */
  readonly publish: (rows: EncodedRows) => Promise<boolean>;
};

/** Publishes rows to Kafka, and records the outcomes in MySQL. */
export const createPublishing = (options: PublishingOptions): Publishing => {
  const { pool, publisher, owner, batchRows, retry, metrics, logger } = options;
  const marks = createPublishedMarks({ batchRows, mark: (rows) => mark(rows, options) });

  const record = async (failure: FailedAttempt): Promise<void> => {
    metrics.failed();
    const outcome = await withConnection(pool, (connection) => recordFailure(connection, owner, failure, retry));
    const { id, aggregateId, version, retryCount } = failure.row;
    logger.error(
      { outbox_id: id, aggregate_id: aggregateId, version, attempts: retryCount + 1, outcome },
      "a row could not be published: `outbox-relay list-failed` has the reason",
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
    logger.warn({ err: error, rows: rows.length }, "published rows could not be marked; the relay retries before it publishes more");
    throw error;
  });
  metrics.published(marked);
  if (marked < rows.length) {
    logger.warn({ rows: rows.length, marked }, "a lease was lost while rows were published; another relay published them too");
  }
};

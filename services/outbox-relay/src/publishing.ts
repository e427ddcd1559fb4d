import { type FailedAttempt, markPublished, type PublishedRow, recordFailure, type RetryPolicy } from "@cart/event-store";
import { withConnection } from "@cart/mysql";
import type { Logger } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import { createPublishedMarks, type PublishedMarks } from "./publishedMarks.ts";
import { byAggregateType, type EncodedRows, type Publisher, publishRows } from "./publishRows.ts";
import type { RelayMetrics } from "./relayMetrics.ts";
import { createTopicLane, type TopicLane } from "./topicLane.ts";

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
  /**
   * Resolves to whether Kafka has acknowledged all of the rows. Acknowledged rows are marked later, and failures are recorded. If
   * a topic is away or slow, its rows may still be in flight.
   */
  readonly publish: (rows: EncodedRows) => Promise<boolean>;
  /** The aggregate types whose rows must not be published now, because earlier rows are in flight or their topic is away. */
  readonly closedTypes: () => readonly string[];
  /** Rejects if a topic takes no events, with the reason. */
  readonly assertPublishing: () => Promise<void>;
  /** Resolves when no rows are in flight. */
  readonly settled: () => Promise<void>;
};

/** Publishes rows to Kafka, each topic apart from the others, and records the outcomes in MySQL. */
export const createPublishing = (options: PublishingOptions): Publishing => {
  const { pool, publisher, owner, batchRows, retry, metrics, logger } = options;
  const marks = createPublishedMarks({ batchRows, mark: (rows) => mark(rows, options) });
  const lanes = new Map<string, TopicLane>();

  const laneOf = (aggregateType: string): TopicLane => {
    const lane = lanes.get(aggregateType) ?? createTopicLane({ aggregateType, onOutage: metrics.outage, logger });
    lanes.set(aggregateType, lane);
    return lane;
  };

  const record = async (failure: FailedAttempt): Promise<void> => {
    metrics.failed();
    const outcome = await withConnection(pool, (connection) => recordFailure(connection, owner, failure, retry));
    const { id, aggregateId, version, retryCount } = failure.row;
    logger.error(
      { outbox_id: id, aggregate_id: aggregateId, version, attempts: retryCount + 1, outcome },
      "a row could not be published: `outbox-relay list-failed` has the reason",
    );
  };

  /** Resolves to whether all rows of one topic were published. If the topic is away or slow, it is not known yet. */
  const publishPart = async (aggregateType: string, rows: EncodedRows): Promise<boolean> => {
    const isWhole = await laneOf(aggregateType).run(async () => {
      const { published, failures } = await publishRows(publisher, rows);
      // Without their payloads, which would fill the memory until the rows are marked.
      marks.add(published.map(({ id, retryCount }) => ({ id, retryCount })));
      marks.markDue();
      for (const failure of failures) await record(failure);
      return failures.length === 0;
    });
    return isWhole === true;
  };

  return {
    marks,
    publish: async (rows) => {
      await marks.room();
      const parts = await Promise.all([...byAggregateType(rows)].map(([type, part]) => publishPart(type, part)));
      return parts.every(Boolean);
    },
    closedTypes: () => [...lanes].filter(([, lane]) => !lane.isOpen()).map(([type]) => type),
    assertPublishing: async () => {
      const outages = [...lanes].flatMap(([type, lane]) => (lane.outage() === undefined ? [] : [{ type, error: lane.outage() }]));
      if (outages.length > 0) throw new PublishingError(outages);
    },
    settled: async () => {
      await Promise.all([...lanes.values()].map((lane) => lane.settled()));
    },
  };
};

/** Some topics take no events. */
class PublishingError extends Error {
  override readonly name = "PublishingError";
  /** What a readiness probe may show of this error: the topics, and what the operator has to set if Kafka's client knows it. */
  readonly shownReason: string;

  constructor(outages: readonly { readonly type: string; readonly error: unknown }[]) {
    super(outages.map(({ type, error }) => `events of ${type}: ${error instanceof Error ? error.message : String(error)}`).join("; "));
    this.shownReason = outages
      .map(({ type, error }) => {
        const advice = error instanceof Error && "shownReason" in error ? String(error.shownReason) : "the log has the reason";
        return `Kafka takes no events of ${type}: ${advice}`;
      })
      .join("; ");
  }
}

const mark = async (rows: readonly PublishedRow[], { pool, keepPublished, metrics, logger }: PublishingOptions): Promise<void> => {
  const marked = await markPublished(pool, { keep: keepPublished }, rows).catch((error: unknown) => {
    logger.warn({ err: error, rows: rows.length }, "published rows could not be marked; the relay retries before it publishes more");
    throw error;
  });
  metrics.published(marked);
  if (marked < rows.length) {
    logger.warn({ rows: rows.length, marked }, "a lease was lost while rows were published; another relay published them too");
  }
};

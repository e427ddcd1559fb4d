import { awaitPending, fetchPending, markPublished, type OutboxRow, readBacklog, recordFailure, type RetryPolicy } from "@cart/event-store";
import { withConnection } from "@cart/mysql";
import { abortableDelay, delayFor, type Logger } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import type { ShardLeases } from "./leases/shardLeases.ts";
import { createPublishedMarks, longestUnmarked } from "./publishedMarks.ts";
import { encodeRows, type EncodedRows, type Publisher, publishRows } from "./publishRows.ts";
import type { RelayMetrics } from "./relayMetrics.ts";

export type RelayOptions = {
  /** Takes several statements at once. */
  readonly pool: Pool;
  readonly publisher: Publisher;
  readonly leases: ShardLeases;
  readonly owner: string;
  readonly batchRows: number;
  /** Whether published rows stay in the outbox, for the purge to delete. */
  readonly keepPublished: boolean;
  readonly retry: RetryPolicy;
  readonly metrics: RelayMetrics;
  readonly logger: Logger;
};

export type Relay = {
  /** Finishes what is under way: what Kafka has acknowledged is marked. */
  readonly stop: () => Promise<void>;
};

/** Milliseconds between two of the server's looks at an outbox without work: short for a while after work, as more is likely, then longer. */
const shortestPause = 1;
const longestPause = 50;
/** How many times longer the last work is ago than the pause is long. */
const pausesSinceWork = 250;

/** Milliseconds that one round trip waits for work: how long a relay takes to notice that it is to stop. */
const longestWait = 2_000;

/** Rows that Kafka has and MySQL may not, which the server's looks compare with each row that they see. */
const mostKnown = 200;

/** Milliseconds that a relay without shards waits before it looks whether it has some. */
const withoutShards = 50;

/** Milliseconds between two looks by the client at rows that all wait behind one that could not be published. */
const longestBlocked = 80;

/** Milliseconds after which a backlog is read anew, however much there is to do: shards are handed over in between. */
const longestBacklog = 1_000;

/**
 * Publishes the outbox: at least once, and in order within each aggregate.
 *
 * The order rests on one rule alone: a row is sent only when every earlier row of
 * its aggregate was acknowledged by Kafka or goes before it in the same call.
 * That holds for a relay that is paused, cut off or was robbed of its lease as
 * well, so whatever it still sends repeats what is there and overtakes nothing.
 * The lease keeps two relays from doing the same work.
 *
 * Fetching and encoding the next rows, publishing, and marking the last ones overlap.
 */
export const startRelay = (options: RelayOptions): Relay => {
  const { pool, publisher, leases, owner, batchRows, keepPublished, retry, metrics, logger } = options;
  const stopping = new AbortController();

  const marks = createPublishedMarks({
    batchRows,
    mark: async (rows) => {
      const marked = await markPublished(pool, { keep: keepPublished }, rows).catch((error: unknown) => {
        logger.warn({ err: error, rows: rows.length }, "published rows could not be marked; it is tried again before more are published");
        throw error;
      });
      metrics.published(marked);
      if (marked < rows.length)
        logger.warn({ rows: rows.length, marked }, "a lease was lost while rows were published; another relay published them too");
    },
  });

  /** Resolves to whether Kafka has all of the rows. */
  const publish = async (rows: EncodedRows): Promise<boolean> => {
    await marks.room();
    const { published, failures } = await publishRows(publisher, rows);
    marks.add(published);
    marks.markDue();
    for (const failure of failures) {
      metrics.failed();
      const outcome = await withConnection(pool, (connection) => recordFailure(connection, owner, failure, retry));
      const { id, aggregateId, version, retryCount } = failure.row;
      logger.error(
        { outbox_id: id, aggregate_id: aggregateId, version, attempts: retryCount + 1, outcome, reason: failure.error },
        "a row could not be published",
      );
    }
    return failures.length === 0;
  };

  /** Page after page of one state of the outbox. While one is published the next is encoded, and the one after it fetched. */
  const publishBacklog = async (): Promise<void> => {
    // The state then shows none of the rows that Kafka has.
    await marks.settle();
    const end = performance.now() + longestBacklog;
    const mayGoOn = (): boolean => !stopping.signal.aborted && performance.now() < end && leases.held().length > 0;
    await readBacklog(pool, { shards: leases.held(), limit: batchRows }, async (pageAfter) => {
      let publishing = Promise.resolve(true);
      try {
        let rows = await pageAfter(0);
        for (let last = rows.at(-1); last !== undefined && mayGoOn(); last = rows.at(-1)) {
          const next = rows.length < batchRows ? Promise.resolve([]) : pageAfter(last.id);
          next.catch(ignore);
          const encoded = encodeRows(publisher, rows);
          // After a failure, rows that were fetched ahead may be of an aggregate that is blocked by now.
          if (!(await publishing)) return;
          publishing = publish(encoded);
          publishing.catch(ignore);
          rows = await next;
        }
      } finally {
        await publishing;
      }
    });
  };

  let lastWork = performance.now();
  let blockedLooks = 0;

  const work = async (rows: readonly OutboxRow[]): Promise<void> => {
    lastWork = performance.now();
    const isWhole = await publish(encodeRows(publisher, rows));
    if (isWhole && rows.length === batchRows) await publishBacklog();
  };

  /** Publishes what there is, or waits for it for a while. */
  const step = async (): Promise<void> => {
    await leases.releaseSurplus(marks.settle);
    marks.markDue();
    await marks.room();
    const shards = leases.held();
    if (shards.length === 0) return abortableDelay(withoutShards, stopping.signal);

    // So many are of a burst, whose next rows need no waiting for; behind the last ones there is time to mark them.
    const known = marks.unmarked();
    if (known.length > mostKnown) {
      const rows = await withConnection(pool, (connection) => fetchPending(connection, { shards, known, limit: batchRows }));
      return rows.length > 0 ? work(rows) : marks.settle();
    }
    const pause = Math.min(longestPause, Math.max(shortestPause, (performance.now() - lastWork) / pausesSinceWork));
    const patience = { pause, limit: known.length > 0 ? longestUnmarked : longestWait };
    const { rows, allBlocked } = await withConnection(pool, (connection) =>
      awaitPending(connection, { shards, known, limit: batchRows }, patience),
    );
    blockedLooks = allBlocked ? blockedLooks + 1 : 0;
    if (allBlocked) return abortableDelay(Math.min(longestBlocked, 2 * 1.2 ** blockedLooks), stopping.signal);
    if (rows.length > 0) await work(rows);
  };

  const running = (async () => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        await step();
        failures = 0;
      } catch (error) {
        // MySQL or Kafka is away: no row's fault, so nothing is counted and nothing given up.
        failures++;
        metrics.outage();
        logger.warn({ err: error, failures }, "the relay could not go on; it tries again");
        await abortableDelay(delayFor(failures, { base: 100, max: 2_000 }), stopping.signal);
      }
    }
    await marks
      .settle()
      .catch((error: unknown) => logger.warn({ err: error }, "rows that Kafka has could not be marked; they are published again"));
  })();

  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};

/** For a promise that is awaited later, or not at all after another failure: it must not count as unhandled meanwhile. */
const ignore = (): void => undefined;

import { withConnection } from "@cart/mysql";
import { abortableDelay, delayFor, type Logger } from "@cart/service-kit";
import type { Pool } from "mysql2/promise";
import type { ShardLeases } from "./leases/shardLeases.ts";
import { fetchPending } from "./outbox/fetchPending.ts";
import { markPublished } from "./outbox/markPublished.ts";
import type { OutboxRow } from "./outbox/outboxRow.ts";
import { recordFailure, type RetryPolicy } from "./outbox/recordFailure.ts";
import { type Publisher, publishRows } from "./publishRows.ts";
import type { RelayMetrics } from "./relayMetrics.ts";

export type RelayOptions = {
  readonly pool: Pool;
  readonly publisher: Publisher;
  readonly leases: ShardLeases;
  readonly owner: string;
  readonly batchRows: number;
  readonly retry: RetryPolicy;
  readonly metrics: RelayMetrics;
  readonly logger: Logger;
};

export type Relay = {
  /** Finishes what is under way: what Kafka has acknowledged is marked. */
  readonly stop: () => Promise<void>;
};

/** Milliseconds between two looks at an outbox that was empty: short for a while after work, as more is likely, then longer. */
const shortestIdle = 2;
const longestIdle = 25;
const stayAlert = 250;

/** Milliseconds after which a pass ends, however much there is to do: shards are handed over between two passes. */
const longestPass = 50;

/**
 * Publishes the outbox: at least once, and in order within each aggregate.
 *
 * The order rests on one rule alone: a row is sent only when every earlier row of
 * its aggregate was acknowledged by Kafka or goes before it in the same call.
 * That holds for a relay that is paused, cut off or was robbed of its lease as
 * well, so whatever it still sends repeats what is there and overtakes nothing.
 * The lease keeps two relays from doing the same work.
 *
 * Fetching the next rows, publishing, and marking the last ones overlap.
 */
export const startRelay = (options: RelayOptions): Relay => {
  const { pool, publisher, leases, owner, batchRows, retry, metrics, logger } = options;
  const stopping = new AbortController();

  /** The next rows behind those that are under way. */
  const fetch = (underWay: readonly OutboxRow[]): Promise<readonly OutboxRow[]> =>
    withConnection(pool, (connection) =>
      fetchPending(connection, { shards: leases.held(), inFlight: underWay.map(({ id }) => id), limit: batchRows }),
    );

  const mark = async (rows: readonly OutboxRow[]): Promise<void> => {
    if (rows.length === 0) return;
    const marked = await withConnection(pool, (connection) => markPublished(connection, owner, rows));
    metrics.published(marked);
    if (marked < rows.length)
      logger.warn({ rows: rows.length, marked }, "a lease was lost while rows were published; their owner publishes them again");
  };

  /** Batch after batch for as long as there are rows. Resolves to whether there was anything to do. */
  const pass = async (): Promise<boolean> => {
    const started = performance.now();
    let marking: Promise<void> = Promise.resolve();
    let beingMarked: readonly OutboxRow[] = [];
    let rows = await fetch([]);
    const worked = rows.length > 0;
    try {
      while (rows.length > 0) {
        if (leases.held().length === 0) break;
        // A full batch has a successor for sure: it is fetched while this one is published.
        const ahead = rows.length === batchRows ? fetch([...beingMarked, ...rows]) : undefined;
        ahead?.catch(ignore);
        const { published, failures } = await publishRows(publisher, rows);
        await marking;
        beingMarked = published;
        marking = mark(published);
        marking.catch(ignore);
        for (const failure of failures) {
          metrics.failed();
          const outcome = await withConnection(pool, (connection) => recordFailure(connection, owner, failure, retry));
          const { id, aggregateId, version, retryCount } = failure.row;
          logger.error(
            { outbox_id: id, aggregate_id: aggregateId, version, attempts: retryCount + 1, outcome, reason: failure.error },
            "a row could not be published",
          );
        }
        // What was fetched ahead may hold rows of an aggregate that is blocked by now.
        if (failures.length > 0 || stopping.signal.aborted || performance.now() - started > longestPass) break;
        rows = await (ahead ?? fetch(beingMarked));
      }
    } finally {
      await marking;
    }
    return worked;
  };

  const running = (async () => {
    let idle = shortestIdle;
    let lastWork = performance.now();
    let failedPasses = 0;
    while (!stopping.signal.aborted) {
      try {
        await leases.releaseSurplus();
        const worked = await pass();
        failedPasses = 0;
        if (worked) {
          idle = shortestIdle;
          lastWork = performance.now();
        } else {
          if (performance.now() - lastWork > stayAlert) idle = Math.min(longestIdle, idle * 1.2);
          await abortableDelay(idle, stopping.signal);
        }
      } catch (error) {
        // MySQL or Kafka is away: no row's fault, so nothing is counted and nothing given up.
        failedPasses++;
        metrics.outage();
        logger.warn({ err: error, failures: failedPasses }, "the relay could not go on; it tries again");
        await abortableDelay(delayFor(failedPasses, { base: 100, max: 2_000 }), stopping.signal);
      }
    }
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

import { inSnapshot, run, withConnection } from "@cart/mysql";
import { abortableDelay, delayFor, type Logger } from "@cart/service-kit";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import type { ShardLeases } from "./leases/shardLeases.ts";
import { type BacklogPage, fetchPending } from "./outbox/fetchPending.ts";
import { hasPending } from "./outbox/hasPending.ts";
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

/** Milliseconds between two looks at an outbox that was empty: short for a while after work, as more is likely, then longer. */
const shortestIdle = 2;
const longestIdle = 80;
const stayAlert = 250;

/** Milliseconds after which a pass ends, however much there is to do: shards are handed over between two passes. */
const longestPass = 1_000;

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
  const { pool, publisher, leases, owner, batchRows, keepPublished, retry, metrics, logger } = options;
  const stopping = new AbortController();

  /** Rows that Kafka has, while they are marked, which goes on while the next ones are published. */
  let beingMarked: readonly OutboxRow[] = [];
  let marking: Promise<void> = Promise.resolve();

  const fetch = (connection: PoolConnection, shards: readonly number[], page?: BacklogPage): Promise<readonly OutboxRow[]> =>
    fetchPending(connection, { shards, limit: batchRows, beingMarked: beingMarked.map(({ id }) => id), ...(page && { page }) });

  const mark = async (rows: readonly OutboxRow[]): Promise<void> => {
    if (rows.length === 0) return;
    const marked = await markPublished(pool, { owner, keep: keepPublished }, rows);
    metrics.published(marked);
    if (marked < rows.length)
      logger.warn({ rows: rows.length, marked }, "a lease was lost while rows were published; their owner publishes them again");
  };

  /** Resolves to whether Kafka has all of the rows. */
  const publish = async (rows: readonly OutboxRow[]): Promise<boolean> => {
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
    return failures.length === 0;
  };

  /** Page after page of one state of the outbox, each fetched while the one before it is published. */
  const publishBacklog = (mayGoOn: () => boolean): Promise<void> =>
    inSnapshot(pool, async (connection) => {
      const shards = leases.held();
      const asOf = await databaseTime(connection);
      let rows = await fetch(connection, shards, { after: 0, asOf });
      for (let last = rows.at(-1); last !== undefined && mayGoOn(); last = rows.at(-1)) {
        const next = rows.length < batchRows ? [] : fetch(connection, shards, { after: last.id, asOf });
        if (next instanceof Promise) next.catch(ignore);
        // What was fetched ahead may hold rows of an aggregate that is blocked by now.
        if (!(await publish(rows))) return;
        rows = await next;
      }
    });

  /** Publishes for as long as there are rows. Resolves to whether there was anything to do. */
  const pass = async (): Promise<boolean> => {
    const end = performance.now() + longestPass;
    const mayGoOn = (): boolean => !stopping.signal.aborted && performance.now() < end && leases.held().length > 0;
    const first = (): Promise<readonly OutboxRow[]> => withConnection(pool, (connection) => fetch(connection, leases.held()));
    let rows = await first();
    const worked = rows.length > 0;
    try {
      while (rows.length > 0 && mayGoOn()) {
        const isBacklog = (await publish(rows)) && rows.length === batchRows;
        if (isBacklog) await publishBacklog(mayGoOn);
        rows = mayGoOn() ? await first() : [];
      }
    } finally {
      const last = marking;
      marking = Promise.resolve();
      beingMarked = [];
      await last;
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
        // A look that seldom finds anything is a cheap one; while more is likely, it would only cost a round trip.
        const isAlert = idle === shortestIdle;
        const worked = (isAlert || (await withConnection(pool, hasPending))) && (await pass());
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

const databaseTime = async (connection: PoolConnection): Promise<Date> => {
  const [row] = await run<(RowDataPacket & { now: Date })[]>(connection, "SELECT NOW(6) AS now");
  if (row === undefined) throw new Error("a SELECT without FROM returned no row");
  return row.now;
};

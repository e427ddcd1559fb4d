import { awaitPending, fetchPending, type OutboxRow, type Patience } from "@cart/event-store";
import { withConnection } from "@cart/mysql";
import { startLoop } from "@cart/process-kit";
import type { ShardLeases } from "./leases/shardLeases.ts";
import { longestUnmarked } from "./publishedMarks.ts";
import { publishBacklog } from "./publishBacklog.ts";
import { createPublishing, type PublishingOptions } from "./publishing.ts";
import { encodeRows } from "./publishRows.ts";

/** The pool takes several statements at once. */
export type RelayOptions = PublishingOptions & { readonly leases: ShardLeases };

export type Relay = {
  /** Finishes what is under way: what Kafka has acknowledged is marked. */
  readonly stop: () => Promise<void>;
};

/*
 * Each pass of the relay is in one of these modes:
 *
 * - Without shards: other relays hold them all. It waits until its leases bring some.
 * - Waiting: MySQL waits for rows, and returns the first ones. It compares the rows that it sees with those that Kafka
 *   has and MySQL may not know of, so their number is bounded.
 * - Burst: more rows than that are not marked yet, so more are on their way. It fetches them without waiting, and
 *   marks what is left when there are none.
 * - Blocked: there are rows, and all of them wait behind one that could not be published. MySQL finds them at once and
 *   so does not wait: the relay waits, longer each time.
 * - Backlog: a full batch was published, so more rows are there. It reads them page after page from one snapshot.
 */

/** Milliseconds between two polls by the server of an outbox without work: short for a while after work, because more is likely, then longer. */
const shortestPause = 1;
const longestPause = 50;
/** How many times longer the last work is ago than the pause is long. */
const pausesSinceWork = 250;

/** Milliseconds that one round trip waits for work: how long a relay takes to notice that it is to stop. */
const longestWait = 2_000;

/** Rows that Kafka has and MySQL may not, which the server compares with each row that it sees: more of them are a burst. */
const mostKnown = 200;

/** Milliseconds until a relay without shards looks again whether it has some. */
const withoutShardsPause = 50;

/** Milliseconds between two polls while all rows are blocked: they grow to this bound. */
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
  const { pool, publisher, leases, batchRows, metrics, logger } = options;
  const { marks, publish } = createPublishing(options);
  const encode = (rows: readonly OutboxRow[]) => encodeRows(publisher, rows);
  let lastWorkAt = performance.now();
  let blockedPasses = 0;

  const backlog = async (stopping: AbortSignal): Promise<void> => {
    // The snapshot then shows none of the rows that Kafka has.
    await marks.settle();
    const end = performance.now() + longestBacklog;
    const mayGoOn = (): boolean => !stopping.aborted && performance.now() < end && leases.held().length > 0;
    await publishBacklog({ pool, shards: leases.held(), batchRows, encode, publish, mayGoOn });
  };

  const work = async (rows: readonly OutboxRow[], stopping: AbortSignal): Promise<void> => {
    lastWorkAt = performance.now();
    const isWhole = await publish(encode(rows));
    if (isWhole && rows.length === batchRows) await backlog(stopping);
  };

  const burst = async (query: Query, stopping: AbortSignal): Promise<number> => {
    const rows = await withConnection(pool, (connection) => fetchPending(connection, query));
    await (rows.length > 0 ? work(rows, stopping) : marks.settle());
    return 0;
  };

  const waitForRows = async (query: Query, stopping: AbortSignal): Promise<number> => {
    const patience = patienceOf(query, performance.now() - lastWorkAt);
    const { rows, allBlocked } = await withConnection(pool, (connection) => awaitPending(connection, query, patience));
    blockedPasses = allBlocked ? blockedPasses + 1 : 0;
    if (allBlocked) return Math.min(longestBlocked, 2 * 1.2 ** blockedPasses);
    if (rows.length > 0) await work(rows, stopping);
    return 0;
  };

  const pass = async (stopping: AbortSignal): Promise<number> => {
    await leases.releaseSurplus(marks.settle);
    marks.markDue();
    await marks.room();
    const shards = leases.held();
    if (shards.length === 0) return withoutShardsPause;
    const query = { shards, known: marks.unmarked(), limit: batchRows };
    return query.known.length > mostKnown ? burst(query, stopping) : waitForRows(query, stopping);
  };

  // MySQL or Kafka is away when a pass fails: that is no row's fault, so nothing is counted for a row and none is given up.
  const loop = startLoop({ name: "the relay", work: pass, backoff: { base: 100, max: 2_000 }, onFailure: metrics.outage, logger });

  return {
    stop: async () => {
      await loop.stop();
      await marks
        .settle()
        .catch((error: unknown) => logger.warn({ err: error }, "rows that Kafka has could not be marked; they are published again"));
    },
  };
};

type Query = { readonly shards: readonly number[]; readonly known: readonly number[]; readonly limit: number };

/** Rows that are not marked yet are marked after a short wait, even if no others come. */
const patienceOf = ({ known }: Query, sinceWork: number): Patience => ({
  pause: Math.min(longestPause, Math.max(shortestPause, sinceWork / pausesSinceWork)),
  limit: known.length > 0 ? longestUnmarked : longestWait,
});

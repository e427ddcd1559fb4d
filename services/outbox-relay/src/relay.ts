import { awaitPending, fetchPending, type OutboxRow, type Patience, type PendingLimit, type PendingPage } from "@cart/event-store";
import { withConnection } from "@cart/mysql";
import { startLoop } from "@cart/process-kit";
import { createGathering } from "./gathering.ts";
import type { ShardLeases } from "./leases/shardLeases.ts";
import { createPageSize } from "./pageSize.ts";
import { createMainTypeSearch, mainType } from "./mainTypeSearch.ts";
import { longestUnmarkedMs } from "./publishedMarks.ts";
import { publishBacklog } from "./publishBacklog.ts";
import { createBlockedRows } from "./blockedRows.ts";
import { createPublishing, type PublishingOptions } from "./publishing.ts";
import { encodeRows } from "./publishRows.ts";

/** The pool must allow several statements in one round trip. */
export type RelayOptions = PublishingOptions & {
  readonly leases: ShardLeases;
  /** Bytes of payloads in one page. Up to three pages are in memory: one is fetched, one encoded and one published. */
  readonly pageBytes: number;
  /** Milliseconds from one fetch to the next while rows come steadily, so that a page has more rows. 0 fetches at once. */
  readonly gatherMs: number;
};

export type Relay = {
  /** Rejects if a topic takes no events, with the reason. */
  readonly assertPublishing: () => Promise<void>;
  /** Finishes the current pass, and marks every row that Kafka has acknowledged. */
  readonly stop: () => Promise<void>;
};

/*
 * Each pass of the relay is in one of these modes:
 *
 * - Without shards: other relays hold all shards. The relay waits until it gets some.
 * - Waiting: MySQL polls for rows, and returns the first rows that it finds. It filters out the rows that Kafka has
 *   acknowledged but MySQL may not have marked, whose number is therefore bounded.
 * - Burst: the number of unmarked rows exceeds that bound, so more rows are likely to come. The relay fetches without
 *   waiting, and marks the published rows when a fetch is empty.
 * - Gathering: rows come steadily. The relay marks the published rows, and lets further rows gather for some milliseconds before
 *   it fetches them without waiting in MySQL. A fetch that finds no row ends the mode. See `gathering.ts`.
 * - Blocked: there are rows, but all of them wait behind a row that could not be published. MySQL finds such rows at
 *   once and does not wait, so the relay waits, longer each time. Many rows behind a row that was given up are set aside,
 *   because every poll and fetch, also those for other carts, would have to step over them.
 * - Topic away: Kafka or one topic takes no events, or is slow. Rows of other topics are published all the same; see `topicLane.ts`.
 * - Backlog: a full page was published, so more rows are waiting. The relay reads them page after page from a snapshot.
 */

/** Limits of the pause between two polls of the server, in milliseconds. It is short after work, because more is likely, then grows. */
const shortestPauseMs = 1;
const longestPauseMs = 50;
/** The pause is the time since the last work divided by this. */
const pausesSinceWork = 250;

/** Milliseconds that one round trip waits for work. A stop request is noticed after this time at the latest. */
const longestWaitMs = 2_000;

/**
 * More unmarked rows than this mean a burst: the relay then fetches without waiting. The server does not filter more
 * rows, because each of its polls would compare every row with all of them.
 */
const maxFilteredRows = 200;

/** Milliseconds that a relay without shards waits before it checks again. */
const withoutShardsPauseMs = 50;

/** Upper limit of the growing pause between two polls while all rows are blocked, in milliseconds. */
const longestBlockedPauseMs = 80;

/** Milliseconds between two passes while the rows that were found are of a topic that is away. */
const topicAwayPauseMs = 100;

/** Milliseconds after which a backlog takes a new snapshot, because surplus shards are released between two passes. */
const longestBacklogMs = 1_000;

/**
 * Publishes the outbox at least once, and in order within each aggregate.
 *
 * The order rests on one rule alone: a row is sent only if Kafka has acknowledged
 * every earlier row of its aggregate, or if those rows precede it in the same call.
 * A relay that is paused, cut off or has lost its lease follows the rule as well, so
 * its messages repeat earlier messages but overtake none. The lease only keeps two
 * relays from doing the same work.
 *
 * Fetching and encoding the next rows, publishing, and marking the previous rows overlap.
 */
export const startRelay = (options: RelayOptions): Relay => {
  const { pool, publisher, leases, batchRows, pageBytes, gatherMs, metrics, logger } = options;
  const { marks, publish, closedTypes, assertPublishing, settled } = createPublishing(options);
  const encode = (rows: readonly OutboxRow[]) => encodeRows(publisher, rows);
  const [pageSize, search] = [createPageSize({ maxRows: batchRows, maxBytes: pageBytes }), createMainTypeSearch()];
  const blockedRows = createBlockedRows({ pool, batchRows, logger });
  const gathering = createGathering({ gatherMs });
  let lastWorkAt = performance.now();
  let blockedPasses = 0;

  const backlog = async (stopping: AbortSignal): Promise<void> => {
    // After this the snapshot shows no row that Kafka has acknowledged.
    await marks.settle();
    const end = performance.now() + longestBacklogMs;
    const mayGoOn = (): boolean => !stopping.aborted && performance.now() < end && leases.held().length > 0;
    await publishBacklog({ pool, shards: leases.held(), pageSize, encode, publish, mayGoOn });
  };

  const work = async (page: PendingPage, closed: readonly string[], stopping: AbortSignal): Promise<number> => {
    const rows = page.rows.filter(({ aggregateType }) => !closed.includes(aggregateType));
    if (rows.length === 0) return topicAwayPauseMs;
    lastWorkAt = performance.now();
    pageSize.saw(page);
    const isWhole = await publish(encode(rows));
    if (!isWhole) blockedRows.seen();
    if (isWhole && closed.length === 0 && page.endedBy !== "the last row") await backlog(stopping);
    if (closed.includes(mainType)) return topicAwayPauseMs;
    // Rows that are marked during the wait are not in the way of the next fetch.
    if (gathering.isSteady()) await marks.settle();
    return gathering.waitMs();
  };

  const fetch = async (query: Query, closed: readonly string[], stopping: AbortSignal): Promise<number> => {
    const page = await withConnection(pool, (connection) => fetchPending(connection, query));
    gathering.fetched(page.rows.length);
    if (page.rows.length > 0) return work(page, closed, stopping);
    await marks.settle();
    return 0;
  };

  const waitForRows = async (query: Query, closed: readonly string[], stopping: AbortSignal): Promise<number> => {
    const patience = patienceOf(query, performance.now() - lastWorkAt);
    const page = await search.timed(query, () => withConnection(pool, (connection) => awaitPending(connection, query, patience)));
    gathering.fetched(page.rows.length);
    blockedPasses = page.allBlocked ? blockedPasses + 1 : 0;
    if (page.allBlocked) blockedRows.seen();
    if (page.allBlocked) return closed.includes(mainType) ? topicAwayPauseMs : Math.min(longestBlockedPauseMs, 2 * 1.2 ** blockedPasses);
    return page.rows.length > 0 ? work(page, closed, stopping) : 0;
  };

  const pass = async (stopping: AbortSignal): Promise<number> => {
    await leases.releaseSurplus(marks.settle);
    marks.markDue();
    await marks.room();
    const shards = leases.held();
    if (shards.length === 0) return withoutShardsPauseMs;
    await blockedRows.setAside(shards);
    // Decided before the query: a topic that opens meanwhile may have published rows that the query still shows.
    const closed = closedTypes();
    const query = { shards, known: marks.unmarked(), limit: pageSize.next(), withoutTypes: search.withoutTypes(closed) };
    const moreAreLikely = query.known.length > maxFilteredRows || (closed.length === 0 && gathering.isSteady());
    return moreAreLikely ? fetch(query, closed, stopping) : waitForRows(query, closed, stopping);
  };

  // If a pass fails, MySQL is unavailable. That is no row's fault, so no attempt is counted and no row is given up.
  const loop = startLoop({ name: "the relay", work: pass, backoff: { baseMs: 100, maxMs: 2_000 }, onFailure: metrics.outage, logger });

  return {
    assertPublishing,
    stop: async () => {
      await loop.stop();
      await settled();
      await marks
        .settle()
        .catch((error: unknown) =>
          logger.warn({ err: error }, "rows that Kafka has acknowledged could not be marked; they will be published again"),
        );
    },
  };
};

type Query = {
  readonly shards: readonly number[];
  readonly known: readonly number[];
  readonly limit: PendingLimit;
  readonly withoutTypes: readonly string[];
};

/** Limits the wait to `longestUnmarkedMs` while rows are unmarked, so that they are marked soon even if no further rows come. */
const patienceOf = ({ known }: Query, sinceWorkMs: number): Patience => ({
  pauseMs: Math.min(longestPauseMs, Math.max(shortestPauseMs, sinceWorkMs / pausesSinceWork)),
  limitMs: known.length > 0 ? longestUnmarkedMs : longestWaitMs,
});

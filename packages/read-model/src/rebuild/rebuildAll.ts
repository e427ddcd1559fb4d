import { readEndings, readEventStoreIds } from "@cart/event-store";
import { bytesToUuid, deleteByKeys, followEventStore, fromPrimary, inTransaction, readRowsFrom, run, writeTogether } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { Folded } from "../projection/projection.ts";
import { recordRevisions } from "../revisions/builtRevisions.ts";
import { countOf } from "./checksum.ts";
import { type Aggregate, aggregatesBehind, catchUp, createNewTables, keyOf, type NewTables, verifyNewTables } from "./newTables.ts";
import type { RebuildOptions } from "./rebuildOptions.ts";
import { RebuildRefusedError, type RebuildSession, withRebuildSession } from "./rebuildSession.ts";
import { tablesOf } from "./storeRows.ts";
import { dropTables, swapTables } from "./swapTables.ts";

export type RebuildResult = {
  /** The number of rows of each table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly events: number;
  readonly seconds: number;
  readonly events_per_second: number;
  /** The number of aggregates that were folded again because a projector was ahead of the new tables. */
  readonly caught_up: number;
  readonly dead_letters_cleared: number;
  /** The number of aggregates with an event that this program cannot project. They end before that event and stay parked. */
  readonly cannot_project: number;
};

/**
 * Builds new tables from the event store beside the live ones, and swaps them.
 * Readers see the complete old tables, then the complete new ones. Projectors keep running.
 *
 * Why nothing is lost: ids of `events` do not commit in order, so no id can mean "every
 * event up to here was seen", and the rebuild relies on no id. It relies on versions: within
 * an aggregate they are appended, published and projected in order. The event of a message
 * that a projector received before the swap, and that will not be delivered again, is either
 * 1. in the old tables, because its aggregate has that version there; or
 * 2. in `dead_letters`.
 * Every other event arrives after the swap. It is projected if the aggregate is at the
 * version before it, and skipped if the aggregate has its version already. So the new tables
 * may be ahead of Kafka by any amount. At the swap, each aggregate only has to be at least at
 * its version in the old tables (1), and complete if it has a dead letter (2). Both hold
 * because the aggregates that are behind are folded again behind the closed gate (see
 * writerGate.ts), where neither the old tables nor `dead_letters` can change. An event is in
 * the event store before it is in Kafka, so such a fold has every event that a projector can know.
 *
 * For the same reason the dead letters of a completely folded aggregate can be deleted:
 * the fold contains the event of each one, or the message never was an event of the store.
 *
 * A cart may be folded and leave the event store for the archive before the swap. A projector that has its last message has removed
 * it from the old tables, so the new ones must not have it: such aggregates are removed behind the gate too. A cart that is archived
 * later has its last message after the swap. The messages of an archived cart that were not projected before the swap find no
 * aggregate to follow, and wait as dead letters until its last message clears them.
 *
 * The read model follows the event store that it was rebuilt from: its projectors skip messages of any other one.
 *
 * A rebuild that is killed at any moment leaves complete live tables, the old or the new
 * ones, and perhaps tables of its own, which the next run drops first. If it is killed
 * between the swap and the end, it also leaves dead letters whose events are in the tables:
 * a retry clears them as duplicates.
 */
export const rebuildAll = async (options: RebuildOptions): Promise<RebuildResult> =>
  withRebuildSession(options.readModel, options.signal, async (session) => {
    const { readModel, projections } = options;
    const allTables = tablesOf(projections);
    await dropTables(session, readModel, allTables);
    // Before anything is folded: what projectors skip as messages of another event store is then folded below.
    const [eventStoreId] = await readEventStoreIds(options.eventStore);
    if (eventStoreId !== undefined) await followEventStore(readModel, eventStoreId);
    try {
      return await rebuildIn(session, options);
    } finally {
      // A lost session has lost its lock too, and the tables may belong to another rebuild by now.
      await dropTables(session, readModel, allTables).catch((error: unknown) => {
        if (!(error instanceof RebuildRefusedError)) throw error;
      });
    }
  });

const rebuildIn = async (session: RebuildSession, options: RebuildOptions): Promise<RebuildResult> => {
  const begin = performance.now();
  const began = new Date();
  await keepArchived(options);
  const newTables = await createNewTables(session, options);
  const foldSeconds = (performance.now() - begin) / 1000;
  await options.onFolded?.();

  await catchUp(newTables, options);
  await removeArchived(newTables, options, began);
  const caughtUp = new Date();
  await verifyNewTables(newTables, options);
  const cleared = await session.withGateClosed(() => replaceLiveTables(session, newTables, options, caughtUp));

  const unprojectable = newTables.unprojectable();
  reportUnprojectable(unprojectable, options);
  const expected = newTables.expected();
  return {
    rows: Object.fromEntries(tablesOf(options.projections).map((table) => [table.name, countOf(expected, table)])),
    events: newTables.events,
    seconds: rounded((performance.now() - begin) / 1000),
    events_per_second: Math.round(newTables.events / foldSeconds),
    caught_up: newTables.caughtUp(),
    dead_letters_cleared: cleared,
    cannot_project: unprojectable.length,
  };
};

/** Adds what is kept of archived aggregates, which no event of the event store tells any more. */
const keepArchived = async ({ eventStore, readModel, projections, signal }: RebuildOptions): Promise<void> => {
  for (const { aggregateType, keepEnded } of projections) {
    for await (const endings of readEndings(readRowsFrom(eventStore), { aggregateType })) {
      signal.throwIfAborted();
      await inTransaction(readModel, (connection) => writeTogether(connection, keepEnded(endings)));
    }
  }
};

/** The clock of the process that archives may be behind that of this one. */
const clockMarginMs = 600_000;

const removeArchived = async (newTables: NewTables, { eventStore, projections }: RebuildOptions, since: Date): Promise<void> => {
  for (const { aggregateType } of projections) {
    const from = new Date(since.getTime() - clockMarginMs);
    for await (const endings of readEndings(readRowsFrom(eventStore), { aggregateType, since: from })) {
      await newTables.remove(endings.map(({ aggregateId: id }) => ({ aggregateType, id })));
    }
  }
};

const rounded = (seconds: number): number => Math.round(seconds * 100) / 100;

/** Must run behind the closed gate. Resolves to the number of dead letters that it has cleared. */
const replaceLiveTables = async (
  session: RebuildSession,
  newTables: NewTables,
  options: RebuildOptions,
  caughtUp: Date,
): Promise<number> => {
  const { readModel, projections, signal, report } = options;
  const closedAt = performance.now();
  const queued = await queuedMessages(session);
  const behind = keyed(await aggregatesBehind(options));
  const folded = await fromPrimary(options.eventStore, () => newTables.refold([...new Map([...behind, ...keyed(queued)]).values()]));
  assertNoneGoesBack(folded, behind);
  await removeArchived(newTables, options, caughtUp);

  signal.throwIfAborted();
  const readersWaitedMs = await swapTables(session, options);
  // A crash between the swap and this record makes the next check ask for another rebuild, and not for one too few.
  await recordRevisions(readModel, projections);
  // Dead letters are cleared only after the swap. A crash in between leaves duplicates; a crash after clearing
  // them first would lose their events.
  const cleared = clearableIds(queued, folded);
  await clearDeadLetters(session, cleared);
  report({ step: "swap", writers_waited_ms: Math.round(performance.now() - closedAt), readers_waited_ms: Math.round(readersWaitedMs) });
  return cleared.length;
};

/** Throws if the live tables have an aggregate at a version that this program cannot reach. */
const assertNoneGoesBack = (folded: readonly Folded[], behind: ReadonlyMap<string, Aggregate>): void => {
  const stuck = folded.find((aggregate) => aggregate.problem !== undefined && behind.has(keyOf(aggregate)));
  if (stuck?.problem === undefined) return;
  const { version, reason } = stuck.problem;
  throw new Error(
    `${stuck.aggregateType} ${stuck.id} is past version ${version} in the read model, but this program cannot project it: ${reason}`,
  );
};

type QueuedMessage = Aggregate & { readonly messageId: number };

/** Returns the dead letters that name their aggregate. */
const queuedMessages = async ({ connection }: RebuildSession): Promise<readonly QueuedMessage[]> => {
  const rows = await run<(RowDataPacket & { id: number; aggregate_type: string; aggregate_id: Buffer })[]>(
    connection,
    "SELECT id, aggregate_type, aggregate_id FROM dead_letters WHERE aggregate_id IS NOT NULL",
  );
  return rows.map((row) => ({ messageId: row.id, aggregateType: row.aggregate_type, id: bytesToUuid(row.aggregate_id) }));
};

/** Returns the ids of the dead letters whose aggregates were folded completely. */
const clearableIds = (queued: readonly QueuedMessage[], folded: readonly Folded[]): readonly number[] => {
  const complete = keyed(folded.filter(({ problem }) => problem === undefined));
  return queued.filter((message) => complete.has(keyOf(message))).map(({ messageId }) => messageId);
};

const clearDeadLetters = async ({ connection }: RebuildSession, ids: readonly number[]): Promise<void> => {
  for (let from = 0; from < ids.length; from += 1_000) {
    await run(connection, `${deleteByKeys("dead_letters")} WHERE id IN (?)`, [ids.slice(from, from + 1_000)]);
  }
};

const reportUnprojectable = (unprojectable: readonly Folded[], { report }: RebuildOptions): void => {
  for (const { aggregateType, id, problem } of unprojectable) {
    if (problem !== undefined) report({ step: "cannot_project", aggregate_type: aggregateType, aggregate_id: id, ...problem });
  }
};

const keyed = <Some extends Aggregate>(aggregates: readonly Some[]): Map<string, Some> =>
  new Map(aggregates.map((aggregate) => [keyOf(aggregate), aggregate]));

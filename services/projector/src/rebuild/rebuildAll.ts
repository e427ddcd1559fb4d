import { bytesToUuid, run } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { Folded } from "../projection/projection.ts";
import { countOf } from "./checksum.ts";
import { type Aggregate, aggregatesBehind, catchUp, createNewTables, keyOf, type NewTables, verifyNewTables } from "./newTables.ts";
import type { RebuildOptions } from "./rebuildOptions.ts";
import { type RebuildSession, withRebuildSession } from "./rebuildSession.ts";
import { tablesOf } from "./storeRows.ts";
import { dropTables, swapTables } from "./swapTables.ts";

export type RebuildResult = {
  /** The number of rows of each table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly events: number;
  readonly seconds: number;
  readonly events_per_second: number;
  /** Aggregates that were folded again because a projector was ahead of the new tables. */
  readonly caught_up: number;
  readonly dead_letters_cleared: number;
  /** Aggregates with an event that this program cannot project: they end before it and stay parked. */
  readonly cannot_project: number;
};

/**
 * Builds new tables from the event store beside the live ones, and swaps them.
 * Readers see the complete old tables, then the complete new ones. Projectors go on.
 *
 * Why nothing is lost. Ids of `events` do not commit in order, so no id says "all up
 * to here was seen", and this relies on none. It relies on versions: within an aggregate
 * they are appended, published and projected one after the other. A message that a
 * projector was given before the swap and that will not come again is either
 * 1. in the old tables, as an event of a version that its aggregate has there; or
 * 2. in `dead_letters`.
 * Every other event comes after the swap, finds the version before its own or a later
 * one, and has its effect or is skipped. So the new tables may be ahead of Kafka by
 * any amount. When they are swapped they only have to be at least at the version of the
 * old tables for each aggregate (1), and complete for each aggregate with a dead letter
 * (2). Both are established behind the closed gate (see writerGate.ts), where neither the
 * old tables nor `dead_letters` can change, by folding again the aggregates that are
 * behind: an event is in the event store before it is in Kafka, so a fold that is read
 * now has every event that any projector can know.
 *
 * For the same reason the dead letters of a completely folded aggregate can be dropped:
 * each is an event that the fold has, or never was an event of the store.
 *
 * A rebuild that is killed at any moment leaves complete live tables, the old or the new
 * ones, and at most tables of its own, which the next run drops first. Killed between the
 * swap and the end, it also leaves dead letters whose events the tables have: a retry
 * finds duplicates.
 */
export const rebuildAll = async (options: RebuildOptions): Promise<RebuildResult> =>
  withRebuildSession(options.readModel, options.signal, async (session) => {
    const { readModel, projections } = options;
    const allTables = tablesOf(projections);
    await dropTables(readModel, allTables);
    try {
      return await rebuildIn(session, options);
    } finally {
      // A session that was lost has lost its lock too, and the tables may belong to another rebuild by now.
      const isHeld = await session.assertHeld().then(
        () => true,
        () => false,
      );
      if (isHeld) await dropTables(readModel, allTables);
    }
  });

const rebuildIn = async (session: RebuildSession, options: RebuildOptions): Promise<RebuildResult> => {
  const begin = performance.now();
  const newTables = await createNewTables(session, options);
  const foldSeconds = (performance.now() - begin) / 1000;
  await options.onFolded?.();

  await catchUp(newTables, options);
  await verifyNewTables(newTables, options);
  const cleared = await session.withGateClosed(() => replaceLiveTables(session, newTables, options));

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

const rounded = (seconds: number): number => Math.round(seconds * 100) / 100;

/** Runs behind the closed gate. Resolves to the number of dead letters that it has cleared. */
const replaceLiveTables = async (session: RebuildSession, newTables: NewTables, options: RebuildOptions): Promise<number> => {
  const { signal, report } = options;
  const closedAt = performance.now();
  const queued = await queuedMessages(session);
  const behind = keyed(await aggregatesBehind(options));
  const folded = await newTables.refold([...new Map([...behind, ...keyed(queued)]).values()]);
  assertNoneGoesBack(folded, behind);

  signal.throwIfAborted();
  const readersWaitedMs = await swapTables(session, options);
  // Only after the swap: a crash in between leaves dead letters that are duplicates. Cleared before it, their events would be lost.
  const cleared = clearableIds(queued, folded);
  await clearDeadLetters(session, cleared);
  report({ step: "swap", writers_waited_ms: Math.round(performance.now() - closedAt), readers_waited_ms: Math.round(readersWaitedMs) });
  return cleared.length;
};

/** Throws for an aggregate that the live tables have at a version that this program cannot reach. */
const assertNoneGoesBack = (folded: readonly Folded[], behind: ReadonlyMap<string, Aggregate>): void => {
  const stuck = folded.find((aggregate) => aggregate.problem !== undefined && behind.has(keyOf(aggregate)));
  if (stuck?.problem === undefined) return;
  const { version, reason } = stuck.problem;
  throw new Error(
    `${stuck.aggregateType} ${stuck.id} is past version ${version} in the read model, but this program cannot project it: ${reason}`,
  );
};

type QueuedMessage = Aggregate & { readonly messageId: number };

/** The dead letters that name their aggregate. */
const queuedMessages = async ({ connection }: RebuildSession): Promise<readonly QueuedMessage[]> => {
  const rows = await run<(RowDataPacket & { id: number; aggregate_type: string; aggregate_id: Buffer })[]>(
    connection,
    "SELECT id, aggregate_type, aggregate_id FROM dead_letters WHERE aggregate_id IS NOT NULL",
  );
  return rows.map((row) => ({ messageId: row.id, aggregateType: row.aggregate_type, id: bytesToUuid(row.aggregate_id) }));
};

/** The dead letters of aggregates that were folded completely. */
const clearableIds = (queued: readonly QueuedMessage[], folded: readonly Folded[]): readonly number[] => {
  const complete = keyed(folded.filter(({ problem }) => problem === undefined));
  return queued.filter((message) => complete.has(keyOf(message))).map(({ messageId }) => messageId);
};

const clearDeadLetters = async ({ connection }: RebuildSession, ids: readonly number[]): Promise<void> => {
  for (let from = 0; from < ids.length; from += 1_000) {
    await run(connection, "DELETE FROM dead_letters WHERE id IN (?)", [ids.slice(from, from + 1_000)]);
  }
};

const reportUnprojectable = (unprojectable: readonly Folded[], { report }: RebuildOptions): void => {
  for (const { aggregateType, id, problem } of unprojectable) {
    if (problem !== undefined) report({ step: "cannot_project", aggregate_type: aggregateType, aggregate_id: id, ...problem });
  }
};

const keyed = <Some extends Aggregate>(aggregates: readonly Some[]): Map<string, Some> =>
  new Map(aggregates.map((aggregate) => [keyOf(aggregate), aggregate]));

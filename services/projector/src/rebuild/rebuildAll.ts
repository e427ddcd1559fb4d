import { countEvents, foldAllStreams, foldStreams } from "@cart/event-store";
import { bytesToUuid, inTransaction, readRowsFrom, run, uuidToBytes } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { ProjectedTable } from "../projection/projectedTable.ts";
import type { Folded, Projections } from "../projection/projection.ts";
import {
  addChecksum,
  type Checksum,
  checksumOf,
  countOf,
  isSameChecksum,
  noChecksum,
  readChecksum,
  subtractChecksum,
  textOf,
} from "./checksum.ts";
import { pageOf } from "./foldLimits.ts";
import { type RebuildSession, withLockRetry, withRebuildSession } from "./rebuildSession.ts";
import { insertRows, liveName, type NameOf, replaceRows, rowsOf } from "./storeRows.ts";

export type RebuildProgress =
  | {
      readonly step: "fold";
      readonly events: number;
      readonly total: number;
      readonly events_per_second: number;
      readonly seconds_left: number;
    }
  | {
      readonly step: "cannot_project";
      readonly aggregate_type: string;
      readonly aggregate_id: string;
      readonly version: number;
      readonly reason_code: string;
      readonly reason: string;
    }
  | { readonly step: "catch_up"; readonly aggregates: number }
  | { readonly step: "verified"; readonly rows: string }
  | { readonly step: "swap"; readonly writers_waited_ms: number; readonly readers_waited_ms: number };

export type RebuildResult = {
  /** How many the new tables have. */
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

export type RebuildOptions = {
  /** The server that is appended to, not a replica: it has every event that Kafka has. */
  readonly eventStore: Pool;
  /** At least 3 connections, of a user who may create, lock, rename and drop tables. */
  readonly readModel: Pool;
  readonly projections: Projections;
  readonly signal: AbortSignal;
  readonly report: (progress: RebuildProgress) => void;
  readonly pageSize?: number;
  /** For specs: called when the new tables are there, before they catch up. */
  readonly onFolded?: () => Promise<void>;
};

const newName: NameOf = ({ name }) => `rebuild_${name}`;
const oldName: NameOf = ({ name }) => `replaced_${name}`;

const tablesOf = (projections: Projections): readonly ProjectedTable[] => projections.flatMap(({ tables }) => tables);

/** Below this many, the aggregates that are behind are brought up while the projectors wait. */
const mostWhileGated = 500;
const maxRounds = 10;

/**
 * Builds new tables from the event store beside those that are read, and swaps them.
 * Readers see the old tables whole, then the new ones whole. Projectors go on.
 *
 * Why nothing is lost. Ids of `events` do not commit in order, so no id says "all up
 * to here was seen", and this relies on none. It relies on versions: within an aggregate
 * they are appended, published and projected one after the other. A message that a
 * projector was given before the swap and that will not come again is either
 * 1. in the old tables, as an event of a version that its aggregate has there; or
 * 2. in `dead_letters`.
 * Every other event comes after the swap, finds the version before its own or a later
 * one, and has its effect or is skipped. So the new tables may be ahead of Kafka by
 * any amount, and only have to be, when they are swapped, for each aggregate at least
 * where the old ones are (1), and whole for each one with a dead letter (2). Both are
 * established behind the closed gate (see writerGate.ts), where neither the old tables
 * nor `dead_letters` can change, by folding again what is behind: an event
 * is in the event store before it is in Kafka, so a fold that is read now has all that
 * any projector can know.
 *
 * The same holds for dropping the dead letters of one that was folded to its end:
 * each is an event that the fold has, or was never an event of the store at all.
 *
 * Killed at any moment it leaves the live tables whole, the old or the new ones, and
 * at most tables of its own, which the next run drops before it begins anew. Between
 * the swap and the end it leaves dead letters whose events the tables have: a retry
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
      // The lock is still held, unless the session was lost: then the tables may be another rebuild's by now.
      const isHeld = await session.assertHeld().then(
        () => true,
        () => false,
      );
      if (isHeld) await dropTables(readModel, allTables);
    }
  });

const rebuildIn = async (session: RebuildSession, options: RebuildOptions): Promise<RebuildResult> => {
  const { eventStore, readModel, projections, signal, report } = options;
  const allTables = tablesOf(projections);
  const begin = performance.now();
  await inTransaction(readModel, async (connection) => {
    for (const table of allTables) await run(connection, `CREATE TABLE ${newName(table)} LIKE ${liveName(table)}`);
  });

  const { events, unprojectable, ...first } = await foldIntoNewTables(session, options);
  let { expected } = first;
  const foldSeconds = (performance.now() - begin) / 1000;
  await options.onFolded?.();

  let caughtUp = 0;
  const refold = async (aggregates: readonly Aggregate[]): Promise<Folded[]> => {
    const refolded: Folded[] = [];
    for (const { aggregateType, folder } of projections) {
      const ids = aggregates.filter((one) => one.aggregateType === aggregateType).map(({ id }) => id);
      refolded.push(...(await foldStreams(readRowsFrom(eventStore), folder, ids, pageOf())));
    }
    for (const one of refolded) {
      if (one.problem === undefined) unprojectable.delete(keyOf(one));
      else unprojectable.set(keyOf(one), one);
    }
    expected = addChecksum(expected, await putIntoNewTables(options, refolded));
    caughtUp += refolded.length;
    report({ step: "catch_up", aggregates: refolded.length });
    return refolded;
  };

  for (let round = 1; round <= maxRounds; round += 1) {
    signal.throwIfAborted();
    const behind = await aggregatesBehind(options);
    if (behind.length <= mostWhileGated) break;
    await refold(behind);
  }

  const found = await inTransaction(readModel, (connection) => readChecksum(connection, allTables, newName));
  if (!isSameChecksum(found, expected)) throw new Error(`the new tables have ${textOf(found)}, the events make ${textOf(expected)}`);
  report({ step: "verified", rows: textOf(found) });

  const cleared = await session.withGateClosed(async () => {
    const closedAt = performance.now();
    const queued = await queuedMessages(session);
    const behind = keyed(await aggregatesBehind(options));
    const folded = await refold([...new Map([...behind, ...keyed(queued)]).values()]);

    const stuck = folded.find((one) => one.problem !== undefined && behind.has(keyOf(one)));
    if (stuck?.problem !== undefined) {
      const { version, reason } = stuck.problem;
      throw new Error(
        `${stuck.aggregateType} ${stuck.id} is past version ${version} in the read model, but this program cannot project it: ${reason}`,
      );
    }
    const whole = keyed(folded.filter(({ problem }) => problem === undefined));
    const clearable = queued.filter((message) => whole.has(keyOf(message))).map(({ messageId }) => messageId);

    signal.throwIfAborted();
    const readersWaited = await swap(session, options);
    // Only now: after a crash in between they are duplicates, but without the new tables they would be lost.
    for (let from = 0; from < clearable.length; from += 1_000) {
      await run(session.connection, "DELETE FROM dead_letters WHERE id IN (?)", [clearable.slice(from, from + 1_000)]);
    }
    report({ step: "swap", writers_waited_ms: Math.round(performance.now() - closedAt), readers_waited_ms: Math.round(readersWaited) });
    return clearable.length;
  });

  for (const { aggregateType, id, problem } of unprojectable.values()) {
    if (problem !== undefined) report({ step: "cannot_project", aggregate_type: aggregateType, aggregate_id: id, ...problem });
  }
  return {
    rows: Object.fromEntries(allTables.map((table) => [table.name, countOf(expected, table)])),
    events,
    seconds: rounded((performance.now() - begin) / 1000),
    events_per_second: Math.round(events / foldSeconds),
    caught_up: caughtUp,
    dead_letters_cleared: cleared,
    cannot_project: unprojectable.size,
  };
};

const rounded = (seconds: number): number => Math.round(seconds * 100) / 100;

type Aggregate = { readonly aggregateType: string; readonly id: string };

/** Two of different types may have the same id. */
const keyOf = ({ aggregateType, id }: Aggregate): string => `${aggregateType}/${id}`;

const keyed = <Some extends Aggregate>(aggregates: readonly Some[]): Map<string, Some> =>
  new Map(aggregates.map((one) => [keyOf(one), one]));

/** The dead letters of which the aggregate can be told. */
const queuedMessages = async ({ connection }: RebuildSession): Promise<readonly (Aggregate & { readonly messageId: number })[]> => {
  const rows = await run<(RowDataPacket & { id: number; aggregate_type: string; aggregate_id: Buffer })[]>(
    connection,
    "SELECT id, aggregate_type, aggregate_id FROM dead_letters WHERE aggregate_id IS NOT NULL",
  );
  return rows.map((row) => ({ messageId: row.id, aggregateType: row.aggregate_type, id: bytesToUuid(row.aggregate_id) }));
};

type FoldedAll = { readonly events: number; readonly expected: Checksum; readonly unprojectable: Map<string, Folded> };

const foldIntoNewTables = async (session: RebuildSession, options: RebuildOptions): Promise<FoldedAll> => {
  const { eventStore, readModel, projections, signal, report, pageSize } = options;
  const allTables = tablesOf(projections);
  const total = await countEvents(eventStore);
  const begin = performance.now();
  let reportedAt = begin;
  let events = 0;
  let expected = noChecksum;
  const unprojectable = new Map<string, Folded>();
  const folders = projections.map(({ folder }) => folder);
  for await (const page of foldAllStreams(readRowsFrom(eventStore), folders, pageOf(pageSize))) {
    signal.throwIfAborted();
    await session.assertHeld();
    const rows = rowsOf(page.results);
    await inTransaction(readModel, (connection) => insertRows(connection, allTables, newName, rows));
    expected = addChecksum(expected, checksumOf(rows));
    for (const one of page.results) if (one.problem !== undefined) unprojectable.set(keyOf(one), one);
    events += page.events;
    const now = performance.now();
    if (now - reportedAt > 1_000 || page.through === undefined) {
      reportedAt = now;
      const rate = (events / (now - begin)) * 1_000;
      const secondsLeft = page.through === undefined ? 0 : Math.max(0, Math.ceil((total - events) / rate));
      report({ step: "fold", events, total: Math.max(total, events), events_per_second: Math.round(rate), seconds_left: secondsLeft });
    }
  }
  return { events, expected, unprojectable };
};

/** What the live tables have and the new ones have not, or not as far. */
const aggregatesBehind = async ({ readModel, projections }: RebuildOptions): Promise<Aggregate[]> =>
  inTransaction(readModel, async (connection) => {
    const behind: Aggregate[] = [];
    for (const { aggregateType, tables } of projections) {
      const [table] = tables;
      const id = table.aggregateColumn;
      const rows = await run<(RowDataPacket & { id: Buffer })[]>(
        connection,
        `SELECT l.${id} AS id FROM ${liveName(table)} l LEFT JOIN ${newName(table)} n ON n.${id} = l.${id}
         WHERE n.${id} IS NULL OR n.version < l.version ORDER BY l.${id}`,
        [],
        600_000,
      );
      behind.push(...rows.map((row) => ({ aggregateType, id: bytesToUuid(row.id) })));
    }
    return behind;
  });

/** Returns by how much the checksum of the new tables changes, and has compared what it wrote with what is there. */
const putIntoNewTables = async ({ readModel, projections }: RebuildOptions, folded: readonly Folded[]): Promise<Checksum> => {
  let change = noChecksum;
  for (const { aggregateType, tables } of projections) {
    const own = folded.filter((one) => one.aggregateType === aggregateType);
    for (let from = 0; from < own.length; from += mostWhileGated) {
      const some = own.slice(from, from + mostWhileGated);
      const ids = some.map(({ id }) => id);
      const rows = rowsOf(some);
      change = await inTransaction(readModel, async (connection) => {
        const checksum = () => readChecksum(connection, tables, newName, ids.map(uuidToBytes));
        const before = await checksum();
        await replaceRows(connection, tables, newName, { ids, rows });
        const after = await checksum();
        const expected = checksumOf(rows);
        if (!isSameChecksum(after, expected)) throw new Error(`the new tables have ${textOf(after)}, the events make ${textOf(expected)}`);
        return addChecksum(change, subtractChecksum(after, before));
      });
    }
  }
  return change;
};

/**
 * Swaps the tables in one statement; returns for how long readers had to wait, in
 * milliseconds. The table locks are taken while the gate is closed; afterwards we check that
 * the gate is still ours. From then on the locks alone keep every writer out. A
 * session that was lost meanwhile, with its gate, thus never leads to a swap.
 */
const swap = async (session: RebuildSession, { readModel, projections, signal }: RebuildOptions): Promise<number> => {
  const allTables = tablesOf(projections);
  const connection = await readModel.getConnection();
  try {
    await run(connection, "SET SESSION lock_wait_timeout = 1");
    const names = allTables.flatMap((table) => [liveName(table), newName(table)]);
    let askedAt = 0;
    await withLockRetry(signal, () => {
      askedAt = performance.now();
      return run(connection, `LOCK TABLES ${names.map((name) => `${name} WRITE`).join(", ")}`);
    });
    await session.assertHeld();
    await assertSameDefinition(connection, allTables);
    const renamed = allTables.flatMap((table) => [`${liveName(table)} TO ${oldName(table)}`, `${newName(table)} TO ${liveName(table)}`]);
    await run(connection, `RENAME TABLE ${renamed.join(", ")}`);
    await run(connection, "UNLOCK TABLES");
    return performance.now() - askedAt;
  } finally {
    connection.destroy();
  }
};

/** A migration since the new tables were made would be undone by the swap. */
const assertSameDefinition = async (connection: Parameters<typeof run>[0], allTables: readonly ProjectedTable[]): Promise<void> => {
  for (const table of allTables) {
    const [live, made] = await Promise.all(
      [liveName(table), newName(table)].map(async (name) => {
        const [row] = await run<RowDataPacket[]>(connection, `SHOW CREATE TABLE ${name}`);
        return String(row?.["Create Table"]).replace(`\`${name}\``, "");
      }),
    );
    if (live !== made) throw new Error(`the table ${table.name} was migrated during the rebuild: start it again`);
  }
};

/** Those of this rebuild, or of one that was killed. */
const dropTables = async (readModel: Pool, allTables: readonly ProjectedTable[]): Promise<void> => {
  const names = allTables.flatMap((table) => [newName(table), oldName(table)]);
  await inTransaction(readModel, (connection) => run(connection, `DROP TABLE IF EXISTS ${names.join(", ")}`, [], 600_000));
};

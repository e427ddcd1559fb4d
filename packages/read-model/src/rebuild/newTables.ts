import { countEvents, foldAllStreams, foldStreams } from "@cart/event-store";
import { bytesToUuid, inTransaction, readRowsFrom, run, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { Folded } from "../projection/projection.ts";
import { addChecksum, type Checksum, checksumOf, isSameChecksum, noChecksum, readChecksum, subtractChecksum, textOf } from "./checksum.ts";
import { pageOf } from "./foldLimits.ts";
import type { RebuildOptions, RebuildProgress } from "./rebuildOptions.ts";
import type { RebuildSession } from "./rebuildSession.ts";
import { insertRows, liveName, newName, replaceRows, rowsOf, tablesOf } from "./storeRows.ts";

export type Aggregate = { readonly aggregateType: string; readonly id: string };

/** The id alone is not enough, because aggregates of different types may share one. */
export const keyOf = ({ aggregateType, id }: Aggregate): string => `${aggregateType}/${id}`;

/** The tables that a rebuild fills, with what the rebuild has recorded about their content. */
export type NewTables = {
  readonly events: number;
  /** The number of aggregates that were folded again because a projector was ahead of the new tables. */
  readonly caughtUp: () => number;
  /** The aggregates with an event that this program cannot project. */
  readonly unprojectable: () => readonly Folded[];
  /** The checksum of all rows that were written. */
  readonly expected: () => Checksum;
  /** Folds these aggregates again, up to their newest events, and replaces their rows. */
  readonly refold: (aggregates: readonly Aggregate[]) => Promise<readonly Folded[]>;
  /** Removes the rows of these aggregates, which have left the event store for the archive. */
  readonly remove: (aggregates: readonly Aggregate[]) => Promise<void>;
};

/** Above this many, the aggregates that are behind are folded again before the projectors have to wait. */
const mostWhileGated = 500;
const maxRounds = 10;

/** Creates the new tables and fills them from all events. */
export const createNewTables = async (session: RebuildSession, options: RebuildOptions): Promise<NewTables> => {
  const { eventStore, readModel, projections, report } = options;
  await inTransaction(readModel, async (connection) => {
    for (const table of tablesOf(projections)) await run(connection, `CREATE TABLE ${newName(table)} LIKE ${liveName(table)}`);
  });
  const folded = await foldIntoNewTables(session, options);
  const { events, unprojectable } = folded;
  let { expected } = folded;
  let caughtUp = 0;

  const refold = async (aggregates: readonly Aggregate[]): Promise<readonly Folded[]> => {
    const refolded: Folded[] = [];
    for (const { aggregateType, folder } of projections) {
      const ids = aggregates.filter((aggregate) => aggregate.aggregateType === aggregateType).map(({ id }) => id);
      refolded.push(...(await foldStreams(readRowsFrom(eventStore), folder, ids, pageOf())));
    }
    for (const aggregate of refolded) {
      if (aggregate.problem === undefined) unprojectable.delete(keyOf(aggregate));
      else unprojectable.set(keyOf(aggregate), aggregate);
    }
    expected = addChecksum(expected, await putIntoNewTables(options, refolded));
    caughtUp += refolded.length;
    report({ step: "catch_up", aggregates: refolded.length });
    return refolded;
  };

  const remove = async (aggregates: readonly Aggregate[]): Promise<void> => {
    const emptied = aggregates.map((aggregate): Folded => ({ ...aggregate, version: 0, rows: {}, problem: undefined }));
    for (const aggregate of aggregates) unprojectable.delete(keyOf(aggregate));
    expected = addChecksum(expected, await putIntoNewTables(options, emptied));
  };

  return {
    remove,
    events,
    caughtUp: () => caughtUp,
    unprojectable: () => [...unprojectable.values()],
    expected: () => expected,
    refold,
  };
};

/** Folds aggregates again that projectors have advanced since they were folded, until few enough are left to do behind the closed gate. */
export const catchUp = async (newTables: NewTables, options: RebuildOptions): Promise<void> => {
  for (let round = 1; round <= maxRounds; round += 1) {
    options.signal.throwIfAborted();
    const behind = await aggregatesBehind(options);
    if (behind.length <= mostWhileGated) return;
    await newTables.refold(behind);
  }
};

/** Compares the checksum of the new tables with that of all rows that were written to them. */
export const verifyNewTables = async (newTables: NewTables, { readModel, projections, report }: RebuildOptions): Promise<void> => {
  const found = await inTransaction(readModel, (connection) => readChecksum(connection, tablesOf(projections), newName));
  assertSameChecksum(found, newTables.expected());
  report({ step: "verified", rows: textOf(found) });
};

const assertSameChecksum = (found: Checksum, expected: Checksum): void => {
  if (!isSameChecksum(found, expected)) throw new Error(`the new tables have ${textOf(found)}, the events make ${textOf(expected)}`);
};

type FoldedAll = { readonly events: number; readonly expected: Checksum; readonly unprojectable: Map<string, Folded> };

const foldIntoNewTables = async (session: RebuildSession, options: RebuildOptions): Promise<FoldedAll> => {
  const { eventStore, readModel, projections, signal, report, pageEvents } = options;
  const allTables = tablesOf(projections);
  const total = await countEvents(eventStore);
  const begin = performance.now();
  let reportedAt = begin;
  let events = 0;
  let expected = noChecksum;
  const unprojectable = new Map<string, Folded>();
  const folders = projections.map(({ folder }) => folder);
  for await (const page of foldAllStreams(readRowsFrom(eventStore), folders, pageOf(pageEvents))) {
    signal.throwIfAborted();
    await session.assertHeld();
    const rows = rowsOf(page.results);
    await inTransaction(readModel, (connection) => insertRows(connection, allTables, newName, rows));
    expected = addChecksum(expected, checksumOf(rows));
    for (const folded of page.results) if (folded.problem !== undefined) unprojectable.set(keyOf(folded), folded);
    events += page.events;
    const now = performance.now();
    const isLast = page.through === undefined;
    if (now - reportedAt > 1_000 || isLast) {
      reportedAt = now;
      report(foldProgress({ events, total, elapsedMs: now - begin, isLast }));
    }
  }
  return { events, expected, unprojectable };
};

type FoldedSoFar = { readonly events: number; readonly total: number; readonly elapsedMs: number; readonly isLast: boolean };

const foldProgress = ({ events, total, elapsedMs, isLast }: FoldedSoFar): RebuildProgress => {
  const rate = (events / elapsedMs) * 1_000;
  const secondsLeft = isLast ? 0 : Math.max(0, Math.ceil((total - events) / rate));
  return { step: "fold", events, total: Math.max(total, events), events_per_second: Math.round(rate), seconds_left: secondsLeft };
};

/** Returns the aggregates that the new tables lack, or have at a lower version than the live tables. */
export const aggregatesBehind = async ({ readModel, projections }: RebuildOptions): Promise<Aggregate[]> =>
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

/** Replaces the aggregates' rows, and compares the stored rows with the folded ones. Returns the change of the new tables' checksum. */
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
        assertSameChecksum(after, expected);
        return addChecksum(change, subtractChecksum(after, before));
      });
    }
  }
  return change;
};

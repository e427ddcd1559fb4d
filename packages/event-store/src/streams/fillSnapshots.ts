import type { DomainEvent } from "@cart/domain";
import { bytesToUuid, type ReadRows, readRowsFrom, type Statement, uuidToBytes, withConnection, writeTogether } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { StoredAggregate } from "../sealing/storedAggregate.ts";
import { loadStreamAt } from "./loadStreamAt.ts";
import type { PageLimits } from "./readPage.ts";
import { encodeSnapshot, saveSnapshots } from "./snapshots.ts";
import { StreamDamagedError } from "./streamDamagedError.ts";

export type FillOptions<State, Command, Event extends DomainEvent> = {
  readonly pool: Pool;
  readonly aggregate: StoredAggregate<State, Command, Event>;
  /** Ends the work between two snapshots; its reason is thrown. */
  readonly signal: AbortSignal;
  /** Called for each stream that cannot be read to its end. Its snapshots before the damage are stored. */
  readonly onDamage: (damage: StreamDamagedError) => void;
};

export type FilledSnapshots = {
  /** The number of streams that got snapshots. */
  readonly streams: number;
  readonly snapshots: number;
  readonly damaged: number;
};

/** Upper limit of streams whose lengths are read at once. */
const streamsPerPage = 1_000;

const page: PageLimits = { maxEvents: 1_000, maxBytes: 4_194_304 };

/**
 * Stores the snapshots that are missing along all streams of a category, because an earlier release appended their events or
 * the snapshots have another form since. Afterwards a reader of any version folds at most one interval of events. Appends may go on meanwhile.
 * It may be interrupted and run again: each snapshot is stored by itself, and is the same whoever stores it.
 */
export const fillSnapshots = async <State, Command, Event extends DomainEvent>({
  pool,
  aggregate,
  signal,
  onDamage,
}: FillOptions<State, Command, Event>): Promise<FilledSnapshots> => {
  const { everyEvents } = aggregate.snapshots;
  const read = readRowsFrom(pool);
  let [streams, snapshots, damaged] = [0, 0, 0];
  for await (const { aggregateId, version } of longStreams(read, aggregate)) {
    let stored = 0;
    try {
      for (const missing of missingVersions(await versionsOf(read, aggregate, aggregateId), version, everyEvents)) {
        signal.throwIfAborted();
        // Reads from the snapshot that was stored before, so each event is read once.
        const past = await loadStreamAt(read, aggregate, { aggregateId, version: missing, signal }, page);
        if (past === undefined) break;
        const { statements, committed } = await toStatements(aggregate, aggregateId, { version: missing, state: past.state });
        // Nobody could read a snapshot of an owner who was erased.
        if (statements.length === 0) break;
        await withConnection(pool, (connection) => writeTogether(connection, statements));
        committed();
        stored += 1;
      }
    } catch (error) {
      if (!(error instanceof StreamDamagedError)) throw error;
      damaged += 1;
      onDamage(error);
    }
    snapshots += stored;
    if (stored > 0) streams += 1;
  }
  return { streams, snapshots, damaged };
};

/** Returns what stores the snapshot: nothing if its owner was erased. A key that is stored without its snapshot does no harm. */
const toStatements = async <State, Command, Event extends DomainEvent>(
  aggregate: StoredAggregate<State, Command, Event>,
  aggregateId: string,
  { version, state }: { readonly version: number; readonly state: State },
): Promise<{ readonly statements: readonly Statement[]; readonly committed: () => void }> => {
  const { type: aggregateType, ownership, vault } = aggregate;
  const snapshot = encodeSnapshot(aggregate, { version, state });
  if (vault?.seal === undefined)
    return { statements: [saveSnapshots([{ aggregateType, aggregateId, snapshot }])], committed: () => undefined };
  const sealed = await vault.seal([{ aggregateType, aggregateId, events: [], owner: ownership?.ownerOf(state), snapshot }]);
  const sealedState = sealed.appends[0]?.snapshot;
  if (sealedState === undefined) return { statements: [], committed: () => undefined };
  const save = saveSnapshots([{ aggregateType, aggregateId, snapshot: { ...snapshot, state: sealedState } }]);
  return { statements: [...sealed.statements, save], committed: sealed.committed };
};

type LengthRow = RowDataPacket & { readonly aggregate_id: Buffer; readonly version: number };

/** Returns the streams with more than one interval of events, page by page. */
async function* longStreams<State, Command, Event extends DomainEvent>(
  read: ReadRows,
  { type, snapshots }: StoredAggregate<State, Command, Event>,
): AsyncGenerator<{ readonly aggregateId: string; readonly version: number }> {
  let after: Buffer = Buffer.alloc(0);
  for (;;) {
    const rows = await read<LengthRow>({
      sql: `SELECT aggregate_id, MAX(version) AS version FROM events WHERE aggregate_type = ? AND aggregate_id > ?
         GROUP BY aggregate_id ORDER BY aggregate_id LIMIT ?`,
      values: [type, after, streamsPerPage],
    });
    for (const { aggregate_id: id, version } of rows) {
      if (version > snapshots.everyEvents) yield { aggregateId: bytesToUuid(id), version };
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.aggregate_id;
  }
}

/** Returns the versions of a stream's snapshots in the current schema version, in order. */
const versionsOf = async <State, Command, Event extends DomainEvent>(
  read: ReadRows,
  { type, snapshots }: StoredAggregate<State, Command, Event>,
  aggregateId: string,
): Promise<number[]> => {
  const rows = await read<RowDataPacket & { readonly version: number }>({
    sql: "SELECT version FROM snapshots WHERE aggregate_id = ? AND aggregate_type = ? AND schema_version = ? ORDER BY version",
    values: [uuidToBytes(aggregateId), type, snapshots.schemaVersion],
  });
  return rows.map(({ version }) => version);
};

/** Returns the versions, in order, at which snapshots are missing between those that exist, up to the end of the stream. */
export const missingVersions = (existing: readonly number[], last: number, everyEvents: number): number[] =>
  [...existing, last].flatMap((to, index) => {
    const from = existing[index - 1] ?? 0;
    const between = Math.max(0, Math.ceil((to - from) / everyEvents) - 1);
    return Array.from({ length: between }, (_, n) => from + (n + 1) * everyEvents);
  });

import type { Aggregate, Decider, DomainEvent } from "@cart/domain";
import {
  bytesToUuid,
  type ReadRows,
  readRowsOn,
  requirePrimary,
  type RoleRow,
  readTogether,
  serverRole,
  uuidToBytes,
  withConnection,
} from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import type { PageLimits } from "./readPage.ts";
import { readRangesAs } from "./readRanges.ts";
import { readStream } from "./readStream.ts";
import { selectSnapshotAt, selectSnapshots, type SnapshotRow, toSnapshot } from "./snapshots.ts";
import { notApplicable, type StreamId } from "./streamDamagedError.ts";
import { type EventRow, foldedForm, type RowForm, type StreamEvent } from "./streamEvents.ts";
import { requireMemory, StreamsTooLargeError } from "./streamsTooLargeError.ts";

/** The state of an aggregate after all events of its stream. `version` is 0 for a stream without events. */
export type LoadedStream<State> = {
  readonly state: State;
  readonly version: number;
  readonly snapshotVersion: number;
  /** The id of the last event, by which an append proves that it follows that event; `undefined` for a stream without events. */
  readonly lastEventId?: string | undefined;
};

type FirstRow = RowDataPacket & { readonly aggregate_id: Buffer };

/** Streams are folded in pages of this size, so that the memory does not grow with their lengths. */
const page: PageLimits = { maxEvents: 5_000, maxBytes: 4_194_304 };

/**
 * Returns the committed state of each aggregate (at least one): its newest snapshot with
 * the later events folded into it. An aggregate without events has version 0. This takes two
 * round trips for any number of aggregates, one if none has events, and one more for each
 * further page if the streams have more than a page of events after their snapshots.
 *
 * Throws `StreamDamagedError`, `StreamsTooLargeError` if the states take more than `maxBytes` of memory together, by the
 * estimate of the aggregate, and `NotPrimaryError` if the server is read-only: what a former primary shows must not decide
 * a command, not even one that is rejected or changes nothing.
 */
export const loadStreams = <State, Command, Event extends DomainEvent>(
  pool: Pool,
  aggregate: Aggregate<State, Command, Event>,
  aggregateIds: readonly string[],
  maxBytes = Infinity,
): Promise<Map<string, LoadedStream<State>>> =>
  withConnection(pool, (connection) => loadStreamsOn(connection, aggregate, aggregateIds, maxBytes));

/** Loads like `loadStreams`, in the connection's transaction. */
export const loadStreamsOn = async <State, Command, Event extends DomainEvent>(
  connection: PoolConnection,
  aggregate: Aggregate<State, Command, Event>,
  aggregateIds: readonly string[],
  maxBytes = Infinity,
): Promise<Map<string, LoadedStream<State>>> => {
  const { type, decider } = aggregate;
  const streams = new Map<string, LoadedStream<State>>(
    aggregateIds.map((id) => [id, { state: decider.initialState, version: 0, snapshotVersion: 0 }]),
  );
  const { snapshotRows, firstRows } = await readBeginnings(connection, aggregate, aggregateIds, maxBytes);
  for (const row of snapshotRows) {
    const { aggregateId, version, state } = toSnapshot(aggregate, row);
    streams.set(aggregateId, { state, version, snapshotVersion: version });
  }

  // Streams without events need no read. Most uncached streams are new, so the list is often empty.
  let unread = [...new Set([...snapshotRows, ...firstRows].map((row) => bytesToUuid(row.aggregate_id)))];
  while (unread.length > 0) {
    // The last event of a snapshot is read too, for its id.
    const ranges = unread.map((aggregateId) => ({ aggregateId, after: readUpTo(streams.get(aggregateId)) }));
    const slices = await readRangesAs(identifiedForm<Event>(), readRowsOn(connection), aggregate, ranges, page);
    unread = slices.flatMap(({ events, isWhole, damage }, index) => {
      const id = ranges[index]?.aggregateId;
      const stream = id === undefined ? undefined : streams.get(id);
      if (id === undefined || stream === undefined) return [];
      const folded = foldEvents({ aggregateType: type, aggregateId: id }, decider, stream, events);
      const read = { ...folded, lastEventId: events.at(-1)?.eventId ?? stream.lastEventId };
      streams.set(id, read);
      if (damage !== undefined) throw damage;
      if (isWhole && read.lastEventId === undefined)
        throw notApplicable("its snapshot is of events that are missing", { aggregateType: type, aggregateId: id }, read.version);
      return isWhole ? [] : [id];
    });
    requireMemory(aggregate, streams.values(), maxBytes);
  }
  return streams;
};

/** The last version of a stream that need not be read. */
const readUpTo = (stream: LoadedStream<unknown> | undefined): number => {
  if (stream === undefined) return 0;
  return stream.lastEventId === undefined ? Math.max(0, stream.version - 1) : stream.version;
};

/** The form for folds with the id of each event. */
const identifiedForm = <Event extends DomainEvent>(): RowForm<IdentifiedRow, Event, StreamEvent<Event> & { readonly eventId: string }> => {
  const folded = foldedForm<Event>();
  return {
    columns: `${folded.columns}, event_id`,
    toRead: (row, event, stream) => ({ ...folded.toRead(row, event, stream), eventId: bytesToUuid(row.event_id) }),
  };
};

type IdentifiedRow = EventRow & { readonly event_id: Buffer };

/** Reads the snapshots of the streams, and a row for each stream that has events. */
const readBeginnings = async <State, Command, Event extends DomainEvent>(
  connection: PoolConnection,
  aggregate: Aggregate<State, Command, Event>,
  aggregateIds: readonly string[],
  maxBytes: number,
): Promise<{ readonly snapshotRows: readonly SnapshotRow[]; readonly firstRows: readonly FirstRow[] }> => {
  let bytes = 0;
  const fits = (row: SnapshotRow | FirstRow | RoleRow): boolean => {
    if (!("state" in row)) return true;
    bytes += Number(row["bytes"]);
    return bytes <= maxBytes;
  };
  const [snapshotRows, firstRows, role] = await readTogether<[SnapshotRow[], FirstRow[], RoleRow[]]>(
    connection,
    [
      selectSnapshots(aggregate, aggregateIds),
      // `version = 1` would take a stream that has lost its first event for a new one. For MIN, MySQL reads one index entry for each stream.
      {
        sql: "SELECT aggregate_id, MIN(version) AS version FROM events WHERE aggregate_id IN (?) AND aggregate_type = ? GROUP BY aggregate_id",
        values: [aggregateIds.map(uuidToBytes), aggregate.type],
      },
      serverRole,
    ],
    fits,
  );
  requirePrimary(role);
  if (bytes > maxBytes) throw new StreamsTooLargeError(snapshotRows.length);
  return { snapshotRows, firstRows };
};

/** How many events of a past state are read first, and how many times more after a page into which all of them fit. */
const firstEvents = 20;
const growth = 4;

/** The state of an aggregate just after the event `last`. */
export type PastStream<State, Event extends DomainEvent> = { readonly state: State; readonly last: StreamEvent<Event> };

/**
 * Returns the aggregate at a version: the newest snapshot at or before the version, with the later events folded into it page
 * by page. Returns `undefined` if the stream does not have the version. Throws `StreamDamagedError`, and the signal's reason if
 * the signal is aborted between two pages.
 */
export const loadStreamAt = async <State, Command, Event extends DomainEvent>(
  read: ReadRows,
  aggregate: Aggregate<State, Command, Event>,
  { aggregateId, version, signal }: { readonly aggregateId: string; readonly version: number; readonly signal: AbortSignal },
  limits: PageLimits,
): Promise<PastStream<State, Event> | undefined> => {
  const { events } = await readStream(read, aggregate, { aggregateId, after: version - 1, upTo: version }, { ...limits, maxEvents: 1 });
  const [last] = events;
  if (last === undefined) return undefined;
  const stream = { aggregateType: aggregate.type, aggregateId };
  const [row] = await read<SnapshotRow>(selectSnapshotAt(aggregate, aggregateId, version));
  let past = row === undefined ? { state: aggregate.decider.initialState, version: 0 } : toSnapshot(aggregate, row);
  // The server sends every event that it is asked for, also those that do not fit into a page, so a few are read first.
  let maxEvents = Math.min(firstEvents, limits.maxEvents);
  while (past.version < version) {
    signal.throwIfAborted();
    const range = { aggregateId, after: past.version, upTo: version };
    const [slice] = await readRangesAs(foldedForm<Event>(), read, aggregate, [range], { ...limits, maxEvents });
    const fitting = slice?.events.length ?? 0;
    maxEvents = fitting < maxEvents ? fitting + 1 : Math.min(maxEvents * growth, limits.maxEvents);
    past = foldEvents(stream, aggregate.decider, past, slice?.events ?? []);
    if (slice?.damage !== undefined) throw slice.damage;
    // The last event existed a moment ago, so somebody has deleted events. Another page would not help.
    if (slice?.isWhole === true && past.version < version) throw notApplicable("its end is missing", stream, past.version);
  }
  return { state: past.state, last };
};

const foldEvents = <State, Command, Event extends DomainEvent, Folded extends { readonly state: State; readonly version: number }>(
  stream: StreamId,
  { evolve }: Decider<State, Command, Event>,
  before: Folded,
  events: readonly StreamEvent<Event>[],
): Folded => {
  let { state, version } = before;
  for (const { event, version: next } of events) {
    if (next <= before.version) continue;
    try {
      state = evolve(state, event);
    } catch (error) {
      throw notApplicable(error, stream, next);
    }
    version = next;
  }
  return { ...before, state, version };
};

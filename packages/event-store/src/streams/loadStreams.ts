import type { DomainEvent } from "@cart/domain";
import { nextMaxRows, readRowsOn, withConnection } from "@cart/mysql";
import type { Pool, PoolConnection } from "mysql2/promise";
import { type ArchivedStream, readArchived } from "../archive/archivedStreams.ts";
import type { StoredAggregate } from "../sealing/storedAggregate.ts";
import { foldEvents } from "./foldEvents.ts";
import type { PageLimits } from "./readPage.ts";
import type { StreamSlice } from "./readRanges.ts";
import { type MaySee, readBeginnings, requireSnapshotMemory } from "./streamBeginnings.ts";
import { notApplicable, StreamDamagedError } from "./streamDamagedError.ts";
import { requireMemory } from "./streamsTooLargeError.ts";
import { type IdentifiedEvent, readTails } from "./streamTails.ts";

/** The state of an aggregate after all events of its stream. `version` is 0 for a stream without events. */
export type LoadedStream<State> = {
  readonly state: State;
  readonly version: number;
  readonly snapshotVersion: number;
  /** The id of the last event, by which an append proves that it follows that event; `undefined` for a stream without events. */
  readonly lastEventId?: string | undefined;
  /** When the state was read from the event store, by `performance.now()`; `undefined` for the state of a stream that began in this process. */
  readonly loadedAt?: number;
  /** Set if the state was not read, because nobody for whom it was loaded may see the stream. The state is then the initial one. */
  readonly isHidden?: true;
  /** Set if the stream is in the archive. The state is then the initial one, and the version 0. */
  readonly archived?: ArchivedStream;
};

export type LoadOptions = {
  /** Upper limit of the memory that the states take together, by the estimate of the aggregate. */
  readonly maxBytes?: number;
  /** By default somebody may see every stream. */
  readonly maySee?: MaySee | undefined;
};

/** Streams are folded in pages of this size, so that the memory does not grow with their lengths. */
const page: PageLimits = { maxEvents: 5_000, maxBytes: 4_194_304 };

/**
 * Returns the committed state of each aggregate (at least one): its newest snapshot with
 * the later events folded into it. An aggregate without events has version 0. This takes two
 * round trips for any number of aggregates, one if none has events or may be seen, and one more for each
 * further page if the streams have more than a page of events after their snapshots.
 *
 * A stream that nobody may see is hidden after the first round trip, so a stranger's command takes as long on a large stream as on one
 * without events. Its state is read all the same if its owner is not told by its newest snapshot and one interval of events.
 *
 * Throws `StreamDamagedError`, `StreamsTooLargeError` if the states take more than `maxBytes` of memory together, and
 * `NotPrimaryError` if the server is read-only: what a former primary shows must not decide
 * a command, not even one that is rejected or changes nothing.
 */
export const loadStreams = <State, Command, Event extends DomainEvent>(
  pool: Pool,
  aggregate: StoredAggregate<State, Command, Event>,
  aggregateIds: readonly string[],
  options?: LoadOptions,
): Promise<Map<string, LoadedStream<State>>> =>
  withConnection(pool, (connection) => loadStreamsOn(connection, aggregate, aggregateIds, options));

/**
 * Loads like `loadStreams`, in the connection's transaction. A stream whose events are removed into the archive while they are read
 * is read again.
 */
export const loadStreamsOn = async <State, Command, Event extends DomainEvent>(
  connection: PoolConnection,
  aggregate: StoredAggregate<State, Command, Event>,
  aggregateIds: readonly string[],
  options: LoadOptions = {},
): Promise<Map<string, LoadedStream<State>>> => {
  const gone = new Set<string>();
  for (;;) {
    const loaded = await loadOnce(connection, aggregate, aggregateIds, options).catch((error: unknown) => {
      if (error instanceof StreamDamagedError) return error;
      throw error;
    });
    if (!(loaded instanceof StreamDamagedError) && !loaded.hasShrunk) return loaded.streams;
    const archived = await readArchived(readRowsOn(connection), aggregate.type, aggregateIds);
    const newlyGone = archived.filter(({ aggregateId }) => !gone.has(aggregateId));
    if (newlyGone.length === 0) {
      if (loaded instanceof StreamDamagedError) throw loaded;
      return loaded.streams;
    }
    for (const { aggregateId } of newlyGone) gone.add(aggregateId);
  }
};

type LoadedOnce<State> = {
  readonly streams: Map<string, LoadedStream<State>>;
  /** Whether a stream has fewer events than it had when the load began. */
  readonly hasShrunk: boolean;
};

const loadOnce = async <State, Command, Event extends DomainEvent>(
  connection: PoolConnection,
  aggregate: StoredAggregate<State, Command, Event>,
  aggregateIds: readonly string[],
  { maxBytes = Infinity, maySee }: LoadOptions,
): Promise<LoadedOnce<State>> => {
  const { decider } = aggregate;
  const streams = new Map<string, LoadedStream<State>>(
    aggregateIds.map((id) => [id, { state: decider.initialState, version: 0, snapshotVersion: 0 }]),
  );
  const beginnings = await readBeginnings(connection, aggregate, aggregateIds, maySee);
  for (const { aggregateId, version, isHidden, archived } of beginnings) {
    if (archived !== undefined) streams.set(aggregateId, { state: decider.initialState, version: 0, snapshotVersion: 0, archived });
    else if (isHidden) streams.set(aggregateId, { state: decider.initialState, version, snapshotVersion: 0, isHidden });
  }

  const visible = beginnings.filter(({ isHidden, archived }) => !isHidden && archived === undefined);
  requireSnapshotMemory(visible, maxBytes);
  // Streams without events need no read. Most uncached streams are new, so the list is often empty.
  let unread: readonly Tail[] = visible.map(({ aggregateId, snapshot }) => ({ aggregateId, snapshotVersion: snapshot?.version }));
  // A snapshot is due after so many events, so most streams fit into the first page.
  let maxEvents = Math.min(unread.length * aggregate.snapshots.everyEvents, page.maxEvents);
  while (unread.length > 0) {
    const tails = unread;
    const places = tails.flatMap(({ aggregateId, snapshotVersion: version }) => (version === undefined ? [] : [{ aggregateId, version }]));
    const ranges = tails.map((tail) => ({ aggregateId: tail.aggregateId, after: readUpTo(streams.get(tail.aggregateId), tail) }));
    const { snapshots, slices } = await readTails(connection, aggregate, places, ranges, { ...page, maxEvents });
    for (const { aggregateId, version, state } of snapshots) streams.set(aggregateId, { state, version, snapshotVersion: version });
    unread = tails.flatMap(({ aggregateId, snapshotVersion = 0 }, index): readonly Tail[] => {
      const [stream, slice] = [streams.get(aggregateId), slices[index]];
      if (stream === undefined || slice === undefined) return [];
      // A stream whose snapshot was deleted since the first round trip is read from its first event.
      if (stream.snapshotVersion < snapshotVersion) return [{ aggregateId }];
      streams.set(aggregateId, continued(aggregate, aggregateId, stream, slice));
      return slice.isWhole ? [] : [{ aggregateId }];
    });
    const fitting = slices.reduce((sum, { events }) => sum + events.length, 0);
    maxEvents = nextMaxRows(maxEvents, fitting, page.maxEvents);
    requireMemory(aggregate, streams.values(), maxBytes);
  }
  const hasShrunk = visible.some(({ aggregateId, version }) => (streams.get(aggregateId)?.version ?? 0) < version);
  return { streams, hasShrunk };
};

/** A stream whose end is not read yet, with the version of its newest snapshot if that is not read either. */
type Tail = { readonly aggregateId: string; readonly snapshotVersion?: number | undefined };

/** Returns the last version of a stream that need not be read. The last event of a snapshot is read too, for its id. */
const readUpTo = (stream: LoadedStream<unknown> | undefined, { snapshotVersion = 0 }: Tail): number =>
  stream?.lastEventId === undefined ? Math.max(0, Math.max(stream?.version ?? 0, snapshotVersion) - 1) : stream.version;

/** Returns the stream with the events of the slice. Throws the slice's damage. */
const continued = <State, Command, Event extends DomainEvent>(
  { type, decider }: StoredAggregate<State, Command, Event>,
  aggregateId: string,
  stream: LoadedStream<State>,
  { events, isWhole, damage }: StreamSlice<IdentifiedEvent<Event>>,
): LoadedStream<State> => {
  const id = { aggregateType: type, aggregateId };
  const folded = foldEvents(id, decider, stream, events);
  const read = { ...folded, lastEventId: events.at(-1)?.eventId ?? stream.lastEventId };
  if (damage !== undefined) throw damage;
  if (isWhole && read.lastEventId === undefined) throw notApplicable("its snapshot is of events that are missing", id, read.version);
  return read;
};

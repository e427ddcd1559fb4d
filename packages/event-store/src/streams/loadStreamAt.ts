import type { DomainEvent } from "@cart/domain";
import { nextMaxRows, type ReadRows } from "@cart/mysql";
import type { StoredAggregate } from "../sealing/storedAggregate.ts";
import { foldEvents } from "./foldEvents.ts";
import type { PageLimits } from "./readPage.ts";
import { readRangesAs } from "./readRanges.ts";
import { readStream } from "./readStream.ts";
import { openSnapshotRows, selectSnapshotAt, type SnapshotRow, toSnapshot } from "./snapshots.ts";
import { notApplicable } from "./streamDamagedError.ts";
import { foldedForm, type StreamEvent } from "./streamEvents.ts";

/** How many events of a past state are read first. */
const firstEvents = 20;

/** The state of an aggregate just after the event `last`. */
export type PastStream<State, Event extends DomainEvent> = { readonly state: State; readonly last: StreamEvent<Event> };

/**
 * Returns the aggregate at a version: the newest snapshot at or before the version, with the later events folded into it page
 * by page. Returns `undefined` if the stream does not have the version. Throws `StreamDamagedError`, and the signal's reason if
 * the signal is aborted between two pages.
 */
export const loadStreamAt = async <State, Command, Event extends DomainEvent>(
  read: ReadRows,
  aggregate: StoredAggregate<State, Command, Event>,
  { aggregateId, version, signal }: { readonly aggregateId: string; readonly version: number; readonly signal: AbortSignal },
  limits: PageLimits,
): Promise<PastStream<State, Event> | undefined> => {
  const { events } = await readStream(read, aggregate, { aggregateId, after: version - 1, upTo: version }, { ...limits, maxEvents: 1 });
  const [last] = events;
  if (last === undefined) return undefined;
  const stream = { aggregateType: aggregate.type, aggregateId };
  const [row] = await openSnapshotRows(aggregate, await read<SnapshotRow>(selectSnapshotAt(aggregate, aggregateId, version)));
  let past = row === undefined ? { state: aggregate.decider.initialState, version: 0 } : toSnapshot(aggregate, row);
  let maxEvents = Math.min(firstEvents, limits.maxEvents);
  while (past.version < version) {
    signal.throwIfAborted();
    const range = { aggregateId, after: past.version, upTo: version };
    const [slice] = await readRangesAs(foldedForm<Event>(), read, aggregate, [range], { ...limits, maxEvents });
    maxEvents = nextMaxRows(maxEvents, slice?.events.length ?? 0, limits.maxEvents);
    past = foldEvents(stream, aggregate.decider, past, slice?.events ?? []);
    if (slice?.damage !== undefined) throw slice.damage;
    // The last event existed a moment ago, so somebody has deleted events. Another page would not help.
    if (slice?.isWhole === true && past.version < version) throw notApplicable("its end is missing", stream, past.version);
  }
  return { state: past.state, last };
};

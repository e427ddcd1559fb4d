import type { DomainEvent } from "@cart/domain";
import { bytesToUuid, readRowsOn, readTogether } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";
import type { StoredAggregate } from "../sealing/storedAggregate.ts";
import type { PageLimits } from "./readPage.ts";
import { planRanges, type StreamRange, type StreamSlice } from "./readRanges.ts";
import { openSnapshotRows, selectSnapshots, type Snapshot, type SnapshotPlace, type SnapshotRow, toSnapshot } from "./snapshots.ts";
import { type EventRow, foldedForm, type RowForm, type StreamEvent } from "./streamEvents.ts";

export type IdentifiedEvent<Event extends DomainEvent> = StreamEvent<Event> & { readonly eventId: string };

/** The form for folds with the id of each event. */
const identifiedForm = <Event extends DomainEvent>(): RowForm<IdentifiedRow, Event, IdentifiedEvent<Event>> => {
  const folded = foldedForm<Event>();
  return {
    columns: `${folded.columns}, event_id`,
    toRead: (row, event, stream) => ({ ...folded.toRead(row, event, stream), eventId: bytesToUuid(row.event_id) }),
  };
};

type IdentifiedRow = EventRow & { readonly event_id: Buffer };

/** Reads snapshots and ranges of events in one round trip. */
export const readTails = async <State, Command, Event extends DomainEvent>(
  connection: PoolConnection,
  aggregate: StoredAggregate<State, Command, Event>,
  places: readonly SnapshotPlace[],
  ranges: readonly StreamRange[],
  limits: PageLimits,
): Promise<{ readonly snapshots: readonly Snapshot<State>[]; readonly slices: readonly StreamSlice<IdentifiedEvent<Event>>[] }> => {
  const { statement, keepWhile, slicesOf } = planRanges(identifiedForm<Event>(), aggregate, ranges, limits);
  if (places.length === 0)
    return { snapshots: [], slices: await slicesOf(await readRowsOn(connection)<IdentifiedRow>(statement, keepWhile)) };
  const [snapshotRows, rows] = await readTogether<[SnapshotRow[], IdentifiedRow[]]>(
    connection,
    [selectSnapshots(aggregate, places), statement],
    (row, result) => result === 0 || keepWhile(row),
  );
  return {
    snapshots: (await openSnapshotRows(aggregate, snapshotRows)).map((row) => toSnapshot(aggregate, row)),
    slices: await slicesOf(rows),
  };
};

import type { DomainEvent, Owner } from "@cart/domain";
import { bytesToUuid, type ReadRows, type Statement } from "@cart/mysql";
import { type PageLimits, readPage } from "../streams/readPage.ts";
import { notApplicable, StreamDamagedError } from "../streams/streamDamagedError.ts";
import { openRows, type RecordedRow, recordedForm, rowDecoder } from "../streams/streamEvents.ts";
import { isSealedSql } from "./isSealedSql.ts";
import { type PlainRow, type SealedTogether, type Sealer, sealTogether } from "./sealTogether.ts";
import type { OwnedAggregate } from "./storedAggregate.ts";

/** A page is one transaction: short, because an append waits for it if it continues one of its streams. */
const page: PageLimits = { maxEvents: 100, maxBytes: 524_288 };

type StoredRow = RecordedRow & { readonly id: number; readonly is_plain: 0 | 1 };

const form = recordedForm<DomainEvent>();

export type EventPage = SealedTogether & { readonly damaged: number };

/**
 * Seals the plain events of one type of aggregate, stream by stream, and yields after each transaction. A damaged event stays as it
 * is. If it is an event that says whose the stream is, so do the events after it, because nobody knows whose they are.
 */
export async function* sealStoredEvents<State, Command, Event extends DomainEvent>(
  read: ReadRows,
  aggregate: OwnedAggregate<State, Command, Event>,
  sealer: Sealer<Event>,
  onDamage: (damage: StreamDamagedError) => void,
): AsyncGenerator<EventPage> {
  const toPlainRow = plainRows(aggregate, onDamage);
  let after: { readonly id: Buffer; readonly version: number } = { id: Buffer.alloc(0), version: 0 };
  for (;;) {
    const { rows: stored, isWhole } = await readPage<StoredRow>(read, selectRows(aggregate, after), page);
    const rows = await openRows(aggregate, stored);
    const before = toPlainRow.damaged();
    const plain = rows.flatMap((row) => toPlainRow.next(row) ?? []);
    const together = plain.length === 0 ? { sealed: 0, moving: [] } : await sealTogether(sealer, plain);
    yield { ...together, damaged: toPlainRow.damaged() - before };
    const last = rows.at(-1);
    if (last === undefined || isWhole) return;
    after = { id: last.aggregate_id, version: last.version };
  }
}

/** Selects the plain events, and the sealed ones that say whose a stream is. */
const selectRows = <State, Command, Event extends DomainEvent>(
  { type, ownership }: OwnedAggregate<State, Command, Event>,
  { id, version }: { readonly id: Buffer; readonly version: number },
): Statement => ({
  sql: `SELECT id, ${form.columns}, NOT ${isSealedSql("event_data")} AS is_plain FROM events FORCE INDEX (events_stream)
     WHERE aggregate_type = ? AND (aggregate_id > ? OR (aggregate_id = ? AND version > ?))
       AND (event_type IN (?) OR NOT ${isSealedSql("event_data")})
     ORDER BY aggregate_id, aggregate_type, version`,
  values: [type, id, id, version, ownership.eventTypes],
});

/** Turns rows in the order of their streams into what seals them. Sealed rows and damaged ones have no result. */
const plainRows = <State, Command, Event extends DomainEvent>(
  { type: aggregateType, codec, ownership }: OwnedAggregate<State, Command, Event>,
  onDamage: (damage: StreamDamagedError) => void,
): { readonly next: (row: StoredRow) => PlainRow<Event> | undefined; readonly damaged: () => number } => {
  const decode = rowDecoder({ type: aggregateType, codec }, recordedForm<Event>());
  const givesOwner: ReadonlySet<string> = new Set(ownership.eventTypes);
  let stream: { readonly id: Buffer; owner: Owner | undefined; isLost: boolean } | undefined;
  let damaged = 0;

  const next = (row: StoredRow): PlainRow<Event> | undefined => {
    if (stream === undefined || !stream.id.equals(row.aggregate_id)) stream = { id: row.aggregate_id, owner: undefined, isLost: false };
    if (stream.isLost) return undefined;
    const id = { aggregateType, aggregateId: bytesToUuid(row.aggregate_id) };
    try {
      const recorded = decode(row, id);
      const { owner } = stream;
      stream.owner = ownership.ownerAfter(owner, recorded.event);
      if (stream.owner === undefined) throw notApplicable("no event before it says whose the stream is", id, row.version);
      if (row.is_plain === 0) return undefined;
      const event = { ...recorded, storedData: row.event_data as object };
      return {
        tenantId: stream.owner.tenantId,
        append: { ...id, events: [event], owner },
        replace: ({ events: [sealed] }) => ({
          sql: `UPDATE events SET event_data = ?, metadata = ? WHERE id = ? AND NOT ${isSealedSql("event_data")}`,
          values: [JSON.stringify(sealed?.data), JSON.stringify(sealed?.metadata), row.id],
        }),
      };
    } catch (error) {
      if (!(error instanceof StreamDamagedError)) throw error;
      damaged += 1;
      stream.isLost = stream.owner === undefined || givesOwner.has(row.event_type);
      onDamage(error);
      return undefined;
    }
  };
  return { next, damaged: () => damaged };
};

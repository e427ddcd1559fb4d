import type { DomainEvent, RecordedEvent } from "@cart/domain";
import { type ReadRows, uuidToBytes } from "@cart/mysql";
import type { PageLimits } from "./readPage.ts";
import { greatestVersion, readRanges, type StreamRange } from "./readRanges.ts";
import { type EventRow, foldedForm, openRows, rowDecoder, type StreamCategory, type StreamEvent } from "./streamEvents.ts";

export type StreamPage<Event extends DomainEvent> = {
  /** The events from the version after `after` on, in the order of their versions, without gaps. Empty for a range without events. */
  readonly events: readonly RecordedEvent<Event>[];
  /** Whether the range has no further events; otherwise continue after the last event. */
  readonly isWhole: boolean;
};

/** Reads the first events of a range of one stream, within the limits. Throws `StreamDamagedError`. */
export const readStream = async <Event extends DomainEvent>(
  read: ReadRows,
  category: StreamCategory<Event>,
  range: StreamRange,
  limits: PageLimits,
): Promise<StreamPage<Event>> => {
  const [slice] = await readRanges(read, category, [range], limits);
  if (slice === undefined) throw new Error("a range was read without a slice");
  if (slice.damage !== undefined) throw slice.damage;
  return slice;
};

/** Reads the last event of a type in a stream, up to a version; `undefined` if the stream has no such event. Throws `StreamDamagedError`. */
export const readLastOfType = async <Event extends DomainEvent>(
  read: ReadRows,
  category: StreamCategory<Event>,
  { aggregateId, type, upTo = greatestVersion }: { readonly aggregateId: string; readonly type: Event["type"]; readonly upTo?: number },
): Promise<StreamEvent<Event> | undefined> => {
  const form = foldedForm<Event>();
  const rows = await read<EventRow>({
    sql: `SELECT ${form.columns} FROM events FORCE INDEX (events_stream) WHERE aggregate_id = ? AND aggregate_type = ? AND version <= ? AND event_type = ?
     ORDER BY version DESC LIMIT 1`,
    values: [uuidToBytes(aggregateId), category.type, upTo, type],
  });
  const [row] = await openRows(category, rows);
  return row === undefined ? undefined : rowDecoder(category, form)(row, { aggregateType: category.type, aggregateId });
};

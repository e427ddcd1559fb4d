import type { DomainEvent, RecordedEvent } from "@cart/domain";
import { bytesToUuid, type ReadRows, type Statement, uuidToBytes } from "@cart/mysql";
import { type PageLimits, readPage } from "./readPage.ts";
import type { StreamDamagedError } from "./streamDamagedError.ts";
import { type EventRow, openStream, recordedForm, type RowDecoder, rowDecoder, type RowForm, type StreamCategory } from "./streamEvents.ts";

/** A part of a stream: the events with versions above `after` and up to `upTo`. */
export type StreamRange = {
  /** UUID in lower case. */
  readonly aggregateId: string;
  /** 0 begins with the first event. */
  readonly after: number;
  /** Without it, the range ends where the stream does. */
  readonly upTo?: number;
};

/** What was read of a range. */
export type StreamSlice<Read> = {
  /** In the order of their versions, without gaps, from the version after `after` on. */
  readonly events: readonly Read[];
  /** Whether the range has no further events; otherwise read on after the last one. */
  readonly isWhole: boolean;
  /** Set when the stream is damaged: `events` ends before the damaged event. */
  readonly damage: StreamDamagedError | undefined;
};

/** The greatest version that the column can hold. */
export const greatestVersion = 2 ** 32 - 1;

/**
 * Reads ranges of streams (at least one) with one statement, in the order of their aggregates' ids, and returns a slice for
 * each range, in the order of `ranges`. The limits are for all ranges together: those that did not fit are not whole.
 * An event that is in several ranges is decoded once. Damage of one stream leaves the other slices as they are.
 *
 * Each event of the answer is committed. An event that is committed while this runs may be left out.
 */
export const readRanges = <Event extends DomainEvent>(
  read: ReadRows,
  category: StreamCategory<Event>,
  ranges: readonly StreamRange[],
  limits: PageLimits,
): Promise<readonly StreamSlice<RecordedEvent<Event>>[]> => readRangesAs(recordedForm<Event>(), read, category, ranges, limits);

/** As `readRanges`, with what the form makes of each event. */
export const readRangesAs = async <Row extends EventRow, Event extends DomainEvent, Read>(
  form: RowForm<Row, Event, Read>,
  read: ReadRows,
  category: StreamCategory<Event>,
  ranges: readonly StreamRange[],
  limits: PageLimits,
): Promise<readonly StreamSlice<Read>[]> => {
  const { rows, isWhole } = await readPage<Row>(read, selectRanges(form.columns, category.type, ranges), limits);
  const byStream = groupByStream(rows);
  const last = rows.at(-1);
  const end = last === undefined || isWhole ? undefined : { id: bytesToUuid(last.aggregate_id), version: last.version };
  const decode = onceForEachRow(rowDecoder(category, form));
  return ranges.map(({ aggregateId, after, upTo = greatestVersion }) => {
    const own = (byStream.get(aggregateId) ?? []).filter(({ version }) => version > after && version <= upTo);
    const stream = openStream({ aggregateType: category.type, aggregateId }, after, decode);
    const events = own.flatMap((row) => stream.next(row) ?? []);
    const isBeforeEnd = end === undefined || aggregateId < end.id || (aggregateId === end.id && upTo <= end.version);
    return { events, isWhole: isBeforeEnd, damage: stream.damage() };
  });
};

const selectRanges = (columns: string, aggregateType: string, ranges: readonly StreamRange[]): Statement => ({
  sql: `SELECT ${columns} FROM events
     WHERE ${ranges.map(() => "(aggregate_id = ? AND aggregate_type = ? AND version > ? AND version <= ?)").join(" OR ")}
     ORDER BY aggregate_id, version`,
  values: ranges.flatMap(({ aggregateId, after, upTo = greatestVersion }) => [uuidToBytes(aggregateId), aggregateType, after, upTo]),
});

const groupByStream = <Row extends EventRow>(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> => {
  const byStream = new Map<string, Row[]>();
  for (const row of rows) {
    const id = bytesToUuid(row.aggregate_id);
    const known = byStream.get(id);
    if (known === undefined) byStream.set(id, [row]);
    else known.push(row);
  }
  return byStream;
};

const onceForEachRow = <Row extends EventRow, Read>(decode: RowDecoder<Row, Read>): RowDecoder<Row, Read> => {
  const decoded = new Map<Row, Read>();
  return (row, stream) => {
    const known = decoded.get(row);
    if (known !== undefined) return known;
    const read = decode(row, stream);
    decoded.set(row, read);
    return read;
  };
};

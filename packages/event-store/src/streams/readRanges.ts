import type { DomainEvent, RecordedEvent } from "@cart/domain";
import { bytesToUuid, type ReadRows, type Statement, uuidToBytes } from "@cart/mysql";
import { type PageLimits, planPage, type PlannedPage } from "./readPage.ts";
import type { StreamDamagedError } from "./streamDamagedError.ts";
import {
  type EventRow,
  openRows,
  openStream,
  recordedForm,
  type RowDecoder,
  rowDecoder,
  type RowForm,
  type StreamCategory,
} from "./streamEvents.ts";

/** A part of a stream: the events with versions above `after` and up to `upTo`. */
export type StreamRange = {
  /** UUID in lower case. */
  readonly aggregateId: string;
  /** The version before the range; 0 begins with the first event. */
  readonly after: number;
  /** The last version of the range; by default the end of the stream. */
  readonly upTo?: number;
};

/** The part of a range that was read. */
export type StreamSlice<Read> = {
  /** The events from the version after `after` on, in the order of their versions, without gaps. */
  readonly events: readonly Read[];
  /** Whether the range has no further events; otherwise continue after the last event. */
  readonly isWhole: boolean;
  /** Set if the stream is damaged; `events` then ends before the damaged event. */
  readonly damage: StreamDamagedError | undefined;
};

/** The greatest version that the column can hold. */
export const greatestVersion = 2 ** 32 - 1;

/**
 * Reads ranges of streams (at least one) with one statement, in the order of their aggregates' ids, and returns a slice for
 * each range, in the order of `ranges`. The limits are for all ranges together: slices that did not fit are not whole.
 * An event in several ranges is decoded once. Damage of one stream does not affect the slices of others.
 *
 * Every returned event is committed. An event that is committed while this runs may be missing.
 */
export const readRanges = <Event extends DomainEvent>(
  read: ReadRows,
  category: StreamCategory<Event>,
  ranges: readonly StreamRange[],
  limits: PageLimits,
): Promise<readonly StreamSlice<RecordedEvent<Event>>[]> => readRangesAs(recordedForm<Event>(), read, category, ranges, limits);

/** Reads like `readRanges`, and converts each event by the form. */
export const readRangesAs = async <Row extends EventRow, Event extends DomainEvent, Read>(
  form: RowForm<Row, Event, Read>,
  read: ReadRows,
  category: StreamCategory<Event>,
  ranges: readonly StreamRange[],
  limits: PageLimits,
): Promise<readonly StreamSlice<Read>[]> => {
  const { statement, keepWhile, slicesOf } = planRanges(form, category, ranges, limits);
  return slicesOf(await read<Row>(statement, keepWhile));
};

/** Ranges that are not read yet. They can be read once. */
export type PlannedRanges<Row extends EventRow, Read> = Pick<PlannedPage, "statement" | "keepWhile"> & {
  /** Returns the slices that the kept rows make. */
  readonly slicesOf: (rows: readonly Row[]) => Promise<readonly StreamSlice<Read>[]>;
};

/** Plans to read like `readRangesAs`, for a caller that sends the statement together with others. */
export const planRanges = <Row extends EventRow, Event extends DomainEvent, Read>(
  form: RowForm<Row, Event, Read>,
  category: StreamCategory<Event>,
  ranges: readonly StreamRange[],
  limits: PageLimits,
): PlannedRanges<Row, Read> => {
  const { statement, keepWhile, isWhole } = planPage(selectRanges(form.columns, category.type, ranges), limits);
  const slicesOf = async (kept: readonly Row[]): Promise<readonly StreamSlice<Read>[]> => {
    const rows = await openRows(category, kept);
    const byStream = groupByStream(rows);
    const last = rows.at(-1);
    const end = last === undefined || isWhole() ? undefined : { id: bytesToUuid(last.aggregate_id), version: last.version };
    const decode = onceForEachRow(rowDecoder(category, form));
    return ranges.map(({ aggregateId, after, upTo = greatestVersion }) => {
      const own = (byStream.get(aggregateId) ?? []).filter(({ version }) => version > after && version <= upTo);
      const stream = openStream({ aggregateType: category.type, aggregateId }, after, decode);
      const events = own.flatMap((row) => stream.next(row) ?? []);
      const isBeforeEnd = end === undefined || aggregateId < end.id || (aggregateId === end.id && upTo <= end.version);
      return { events, isWhole: isBeforeEnd, damage: stream.damage() };
    });
  };
  return { statement, keepWhile, slicesOf };
};

/** In the order of the index: a sort of few large events would need more memory than MySQL's sort buffer has, and then fails. */
const selectRanges = (columns: string, aggregateType: string, ranges: readonly StreamRange[]): Statement => ({
  sql: `SELECT ${columns} FROM events FORCE INDEX (events_stream)
     WHERE ${ranges.map(() => "(aggregate_id = ? AND aggregate_type = ? AND version > ? AND version <= ?)").join(" OR ")}
     ORDER BY aggregate_id, aggregate_type, version`,
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

import type { DomainEvent } from "@cart/domain";
import { bytesToUuid, type ReadRows, type Statement, uuidToBytes } from "@cart/mysql";
import { type PageLimits, readPage, type RowPage } from "./readPage.ts";
import type { StreamDamagedError } from "./streamDamagedError.ts";
import { type EventRow, foldedForm, openStream, rowDecoder, type StreamCategory, type StreamEvent } from "./streamEvents.ts";

/** Folds the events of one stream, which come in the order of their versions and without gaps, into a result. */
export type StreamFold<Event extends DomainEvent, Result> = {
  readonly add: (event: StreamEvent<Event>) => void;
  /** Called once. `damage` is set when the stream is damaged: then only the events before the damaged one were added. */
  readonly end: (damage: StreamDamagedError | undefined) => Result;
};

/** How the streams of one category are folded. It hides the type of their events, so folders of several categories fit in one list. */
export type StreamFolder<Result> = {
  readonly aggregateType: string;
  /** Begins with the first event of the stream. */
  readonly start: (aggregateId: string) => RowFold<Result>;
};

type RowFold<Result> = { readonly add: (row: EventRow) => void; readonly end: () => Result };

export const createStreamFolder = <Event extends DomainEvent, Result>(
  category: StreamCategory<Event>,
  startFold: (aggregateId: string) => StreamFold<Event, Result>,
): StreamFolder<Result> => {
  const decode = rowDecoder(category, foldedForm<Event>());
  return {
    aggregateType: category.type,
    start: (aggregateId) => {
      const stream = openStream({ aggregateType: category.type, aggregateId }, 0, decode);
      const fold = startFold(aggregateId);
      return {
        add: (row) => {
          const event = stream.next(row);
          if (event !== undefined) fold.add(event);
        },
        end: () => fold.end(stream.damage()),
      };
    },
  };
};

export type FoldedPage<Result> = {
  /** Whole streams, in the order of the aggregates' ids: all with an id after those of the page before and up to `through`. */
  readonly results: readonly Result[];
  /** The last of these ids; empty on a page without a result. `undefined` on the last page, which has all streams that are left. */
  readonly through: string | undefined;
  /** How many events were read for this page. */
  readonly events: number;
};

/**
 * Folds every stream of the folders' categories, each once, in the order of the aggregates' ids. A page reads as many events
 * as the limits allow; a stream that does not fit is the first result of a later page. Streams of two categories can have
 * the same id: a page may end between them.
 *
 * No snapshot is held meanwhile: a stream that changes while this runs is folded up to one of its versions, and a stream that
 * appears behind the reader is left out. The next page is read while the caller works on this one.
 */
export const foldAllStreams = <Result>(
  read: ReadRows,
  folders: readonly StreamFolder<Result>[],
  limits: PageLimits,
): AsyncGenerator<FoldedPage<Result>> => {
  const types = folders.map(({ aggregateType }) => aggregateType);
  const select = ({ id, aggregateType, version }: Position): Statement => ({
    sql: `SELECT ${columns} FROM events FORCE INDEX (events_stream)
       WHERE aggregate_type IN (?)
         AND (aggregate_id > ? OR (aggregate_id = ? AND (aggregate_type > ? OR (aggregate_type = ? AND version > ?))))
       ORDER BY aggregate_id, aggregate_type, version`,
    values: [types, id, id, aggregateType, aggregateType, version],
  });
  return foldPages(read, folders, select, limits);
};

/** Folds these streams of one category as the event store has them now; streams without events are left out. */
export const foldStreams = async <Result>(
  read: ReadRows,
  folder: StreamFolder<Result>,
  aggregateIds: readonly string[],
  limits: PageLimits,
): Promise<Result[]> => {
  const results: Result[] = [];
  for (let begin = 0; begin < aggregateIds.length; begin += streamsAtOnce) {
    const ids = aggregateIds.slice(begin, begin + streamsAtOnce).map(uuidToBytes);
    const select = ({ id, version }: Position): Statement => ({
      sql: `SELECT ${columns} FROM events
         WHERE aggregate_id IN (?) AND aggregate_type = ? AND (aggregate_id > ? OR (aggregate_id = ? AND version > ?))
         ORDER BY aggregate_id, version`,
      values: [ids, folder.aggregateType, id, id, version],
    });
    for await (const page of foldPages(read, [folder], select, limits)) results.push(...page.results);
  }
  return results;
};

const { columns } = foldedForm();

/** How many ids one statement names. */
const streamsAtOnce = 200;

/** The event up to which was read. */
type Position = { readonly id: Buffer; readonly aggregateType: string; readonly version: number };

async function* foldPages<Result>(
  read: ReadRows,
  folders: readonly StreamFolder<Result>[],
  select: (after: Position) => Statement,
  limits: PageLimits,
): AsyncGenerator<FoldedPage<Result>> {
  const startOf = new Map(folders.map(({ aggregateType, start }) => [aggregateType, start]));
  let { maxEvents } = limits;
  let next = attempt(readPage<EventRow>(read, select({ id: Buffer.alloc(0), aggregateType: "", version: 0 }), limits));
  let carried: OpenStream<Result> | undefined;
  for (;;) {
    const page = await next.result();
    const last = page.isWhole ? undefined : page.rows.at(-1);
    if (last !== undefined) {
      // After a page that was full of bytes, the server is not asked for many more events than will fit.
      maxEvents = page.rows.length < maxEvents ? page.rows.length * 2 : limits.maxEvents;
      const position = { id: last.aggregate_id, aggregateType: last.aggregate_type, version: last.version };
      next = attempt(readPage<EventRow>(read, select(position), { ...limits, maxEvents: Math.min(maxEvents, limits.maxEvents) }));
    }
    const streams = foldRows(startOf, page, carried);
    // The last stream may go on on the next page.
    carried = last === undefined ? undefined : streams.pop();
    const results = streams.map(({ fold }) => fold.end());
    const ended = streams.at(-1);
    const through = ended === undefined ? "" : bytesToUuid(ended.id);
    yield { results, through: last === undefined ? undefined : through, events: page.rows.length };
    if (last === undefined) return;
  }
}

/** A stream that more events may come for. */
type OpenStream<Result> = { readonly id: Buffer; readonly aggregateType: string; readonly fold: RowFold<Result> };

/** The streams of the rows, in their order; the first one may be the one that was carried over. */
const foldRows = <Result>(
  startOf: ReadonlyMap<string, StreamFolder<Result>["start"]>,
  { rows }: RowPage<EventRow>,
  carried: OpenStream<Result> | undefined,
): OpenStream<Result>[] => {
  const streams: OpenStream<Result>[] = carried === undefined ? [] : [carried];
  for (const row of rows) {
    const { aggregate_id: id, aggregate_type: aggregateType } = row;
    let stream = streams.at(-1);
    if (stream === undefined || stream.aggregateType !== aggregateType || !stream.id.equals(id)) {
      const start = startOf.get(aggregateType);
      if (start === undefined) throw new Error(`no folder for streams of the type ${aggregateType}`);
      stream = { id, aggregateType, fold: start(bytesToUuid(id)) };
      streams.push(stream);
    }
    stream.fold.add(row);
  }
  return streams;
};

/** A promise that fails before anybody waits for it must not count as unhandled. */
const attempt = <T>(work: Promise<T>): { readonly result: () => Promise<T> } => {
  work.catch(() => undefined);
  return { result: () => work };
};

import type { DomainEvent } from "@cart/domain";
import { bytesToUuid, type ReadRows, type Statement, uuidToBytes } from "@cart/mysql";
import { readArchived } from "../archive/archivedStreams.ts";
import type { RowOpener } from "../sealing/vault.ts";
import { type PageLimits, readPage, type RowPage } from "./readPage.ts";
import type { StreamDamagedError } from "./streamDamagedError.ts";
import { type EventRow, foldedForm, openRows, openStream, rowDecoder, type StreamCategory, type StreamEvent } from "./streamEvents.ts";

/** Folds the events of one stream into a result. They arrive in the order of their versions and without gaps. */
export type StreamFold<Event extends DomainEvent, Result> = {
  readonly add: (event: StreamEvent<Event>) => void;
  /** Called once. `damage` is set if the stream is damaged; then only the events before the damaged event were added. */
  readonly end: (damage: StreamDamagedError | undefined) => Result;
};

/** Folds the streams of one category. The type hides the type of the events, so folders of several categories fit in one list. */
export type StreamFolder<Result> = {
  readonly aggregateType: string;
  readonly vault?: RowOpener;
  /** Returns a fold that begins with the first event of the stream. */
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
    ...(category.vault === undefined ? {} : { vault: category.vault }),
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
  /** Results of whole streams, in the order of the aggregates' ids: every stream with an id after the page before and up to `through`. */
  readonly results: readonly Result[];
  /** The last of these ids; empty on a page without a result. `undefined` on the last page, which has all remaining streams. */
  readonly through: string | undefined;
  /** The number of events that were read for this page. */
  readonly events: number;
};

/**
 * Folds every stream of the folders' categories, each once, in the order of the aggregates' ids. A page reads as many events
 * as the limits allow; a stream that does not fit is the first result of a later page. Streams of two categories can have
 * the same id: a page may end between them.
 *
 * The pages are not read from one snapshot: a stream that changes meanwhile is folded up to one of its versions, and a stream
 * that appears before the reader's position is left out. The next page is read while the caller works on the current page.
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

/** Folds the current events of these streams of one category; streams without events are left out. */
export const foldStreams = async <Result>(
  read: ReadRows,
  folder: StreamFolder<Result>,
  aggregateIds: readonly string[],
  limits: PageLimits,
): Promise<Result[]> => {
  const results: Result[] = [];
  for (let begin = 0; begin < aggregateIds.length; begin += streamsPerStatement) {
    const ids = aggregateIds.slice(begin, begin + streamsPerStatement).map(uuidToBytes);
    const select = ({ id, version }: Position): Statement => ({
      sql: `SELECT ${columns} FROM events FORCE INDEX (events_stream)
         WHERE aggregate_id IN (?) AND aggregate_type = ? AND (aggregate_id > ? OR (aggregate_id = ? AND version > ?))
         ORDER BY aggregate_id, aggregate_type, version`,
      values: [ids, folder.aggregateType, id, id, version],
    });
    for await (const page of foldPages(read, [folder], select, limits)) results.push(...page.results);
  }
  return results;
};

const { columns } = foldedForm();

/** Upper limit of the ids in one statement. */
const streamsPerStatement = 200;

/** The position of the last event that was read. */
type Position = { readonly id: Buffer; readonly aggregateType: string; readonly version: number };

async function* foldPages<Result>(
  readRows: ReadRows,
  folders: readonly StreamFolder<Result>[],
  select: (after: Position) => Statement,
  limits: PageLimits,
): AsyncGenerator<FoldedPage<Result>> {
  const startOf = new Map(folders.map(({ aggregateType, start }) => [aggregateType, start]));
  let { maxEvents } = limits;
  let next = attempt(readPage<EventRow>(readRows, select({ id: Buffer.alloc(0), aggregateType: "", version: 0 }), limits));
  let carried: OpenStream<Result> | undefined;
  for (;;) {
    const read = await next.result();
    const page = { ...read, rows: await openAll(folders, read.rows) };
    const last = page.isWhole ? undefined : page.rows.at(-1);
    if (last !== undefined) {
      // If the limit of bytes ended the page, do not request many more events than will fit into the next page.
      maxEvents = page.rows.length < maxEvents ? page.rows.length * 2 : limits.maxEvents;
      const position = { id: last.aggregate_id, aggregateType: last.aggregate_type, version: last.version };
      next = attempt(readPage<EventRow>(readRows, select(position), { ...limits, maxEvents: Math.min(maxEvents, limits.maxEvents) }));
    }
    const streams = foldRows(startOf, page, carried);
    // The last stream may continue on the next page.
    carried = last === undefined ? undefined : streams.pop();
    const results = (await withoutArchived(readRows, streams)).map(({ fold }) => fold.end());
    const ended = streams.at(-1);
    const through = ended === undefined ? "" : bytesToUuid(ended.id);
    yield { results, through: last === undefined ? undefined : through, events: page.rows.length };
    if (last === undefined) return;
  }
}

/** Opens the rows of each folder's streams. */
const openAll = async <Result>(folders: readonly StreamFolder<Result>[], rows: readonly EventRow[]): Promise<readonly EventRow[]> => {
  let opened = rows;
  for (const folder of folders) opened = await openRows(folder, opened);
  return opened;
};

/** A stream to which the next rows may belong. */
type OpenStream<Result> = {
  readonly id: Buffer;
  readonly aggregateType: string;
  readonly firstVersion: number;
  readonly fold: RowFold<Result>;
};

/** Leaves out what is left of streams that are being removed into the archive. Only streams without a first event are looked up. */
const withoutArchived = async <Result>(read: ReadRows, streams: readonly OpenStream<Result>[]): Promise<readonly OpenStream<Result>[]> => {
  const headless = streams.filter(({ firstVersion }) => firstVersion !== 1);
  if (headless.length === 0) return streams;
  const archived = new Set<string>();
  for (const type of new Set(headless.map(({ aggregateType }) => aggregateType))) {
    const ids = headless.filter(({ aggregateType }) => aggregateType === type).map(({ id }) => bytesToUuid(id));
    for (const { aggregateId } of await readArchived(read, type, ids)) archived.add(`${type}/${aggregateId}`);
  }
  return streams.filter(({ aggregateType, id }) => !archived.has(`${aggregateType}/${bytesToUuid(id)}`));
};

/** Folds the rows into their streams, in their order; the first stream may be the carried one. */
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
      stream = { id, aggregateType, firstVersion: row.version, fold: start(bytesToUuid(id)) };
      streams.push(stream);
    }
    stream.fold.add(row);
  }
  return streams;
};

/** Keeps a promise that rejects before it is awaited from counting as unhandled. */
const attempt = <T>(work: Promise<T>): { readonly result: () => Promise<T> } => {
  work.catch(() => undefined);
  return { result: () => work };
};

import { bytesToUuid, run, uuidToBytes, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { Fold, Folded } from "../projection/projection.ts";
import { projectionOf, projections } from "../projections.ts";

type EventRow = RowDataPacket & {
  readonly aggregate_id: Buffer;
  readonly aggregate_type: string;
  readonly version: number;
  readonly event_type: string;
  readonly schema_version: number;
  readonly event_data: unknown;
  readonly created_at: Date;
};

const columns = "aggregate_id, aggregate_type, version, event_type, schema_version, event_data, created_at";

/** A stream of which more events may come. */
type OpenStream = { readonly id: Buffer; readonly aggregateType: string; readonly fold: Fold };

const openStream = ({ aggregate_id: id, aggregate_type: aggregateType }: EventRow): OpenStream => ({
  id,
  aggregateType,
  fold: projectionOf(aggregateType).startFold(bytesToUuid(id)),
});

const isOf = ({ id, aggregateType }: OpenStream, row: EventRow): boolean =>
  aggregateType === row.aggregate_type && id.equals(row.aggregate_id);

/** The streams that the rows are of, in their order; the first may be the one that was carried over. */
const foldRows = (rows: readonly EventRow[], carried: OpenStream | undefined): OpenStream[] => {
  const streams: OpenStream[] = carried === undefined ? [] : [carried];
  for (const row of rows) {
    let stream = streams.at(-1);
    if (stream === undefined || !isOf(stream, row)) {
      stream = openStream(row);
      streams.push(stream);
    }
    const { version, event_type: type, schema_version: schemaVersion, event_data: data, created_at: occurredAt } = row;
    stream.fold.add({ version, occurredAt, event: { type, schemaVersion, data } });
  }
  return streams;
};

export type FoldedPage = {
  /** Whole aggregates, by id: all with an id after those of the page before and up to `through`. */
  readonly aggregates: readonly Folded[];
  /** Undefined on the last page, which has all that are left. */
  readonly through: string | undefined;
  /** How many were read for this page. */
  readonly events: number;
};

/**
 * Every aggregate of the event store that the read model shows, in the order of their
 * ids, so that each is written once and where the one before it was. One that changes
 * while this runs is in the result with one of its versions; one that appears behind
 * the reader is not. When two of different types have the same id, a page may end
 * between them.
 *
 * The next page is read while the caller works on this one.
 */
export async function* foldAllStreams(eventStore: Pool, { pageSize = 10_000 } = {}): AsyncGenerator<FoldedPage> {
  const start: Position = { id: Buffer.alloc(0), aggregateType: "", version: 0 };
  let next = attempt(readPage(eventStore, start, pageSize));
  let carried: OpenStream | undefined;
  for (;;) {
    const rows = await next.result();
    const last = rows.length < pageSize ? undefined : rows.at(-1);
    if (last !== undefined) {
      const { aggregate_id: id, aggregate_type: aggregateType, version } = last;
      next = attempt(readPage(eventStore, { id, aggregateType, version }, pageSize));
    }
    const streams = foldRows(rows, carried);
    // The last one may have more events on the next page.
    carried = last === undefined ? undefined : streams.pop();
    const aggregates = streams.map(({ fold }) => fold.end());
    yield { aggregates, through: last === undefined ? undefined : (aggregates.at(-1)?.id ?? ""), events: rows.length };
    if (last === undefined) return;
  }
}

/** A promise that fails while nobody waits for it yet ends no process. */
const attempt = <T>(work: Promise<T>): { readonly result: () => Promise<T> } => {
  work.catch(() => undefined);
  return { result: () => work };
};

type Position = { readonly id: Buffer; readonly aggregateType: string; readonly version: number };

const projectedTypes = (): string[] => projections.map(({ aggregateType }) => aggregateType);

const readPage = (eventStore: Pool, { id, aggregateType, version }: Position, limit: number): Promise<EventRow[]> =>
  withConnection(eventStore, (connection) =>
    run<EventRow[]>(
      connection,
      `SELECT ${columns} FROM events FORCE INDEX (events_stream)
       WHERE aggregate_type IN (?)
         AND (aggregate_id > ? OR (aggregate_id = ? AND (aggregate_type > ? OR (aggregate_type = ? AND version > ?))))
       ORDER BY aggregate_id, aggregate_type, version LIMIT ?`,
      [projectedTypes(), id, id, aggregateType, aggregateType, version, limit],
    ),
  );

const streamsAtOnce = 200;

/** These aggregates of one type as the event store has them at this moment, those without an event left out. */
export const foldStreams = async (eventStore: Pool, aggregateType: string, ids: readonly string[]): Promise<Folded[]> => {
  const folded: Folded[] = [];
  for (let begin = 0; begin < ids.length; begin += streamsAtOnce) {
    const rows = await withConnection(eventStore, (connection) =>
      run<EventRow[]>(
        connection,
        `SELECT ${columns} FROM events WHERE aggregate_id IN (?) AND aggregate_type = ? ORDER BY aggregate_id, version`,
        [ids.slice(begin, begin + streamsAtOnce).map(uuidToBytes), aggregateType],
      ),
    );
    folded.push(...foldRows(rows, undefined).map(({ fold }) => fold.end()));
  }
  return folded;
};

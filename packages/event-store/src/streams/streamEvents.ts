import { type DomainEvent, EventError, type EventCodec, type RecordedEvent } from "@cart/domain";
import { bytesToUuid } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { RowOpener } from "../sealing/vault.ts";
import { parseMetadata } from "../parseMetadata.ts";
import { StreamDamagedError, type StreamId, undecodable } from "./streamDamagedError.ts";

/** All streams of one type of aggregate, with the decoder of their events. Every `Aggregate` is a `StreamCategory`. */
export type StreamCategory<Event extends DomainEvent> = {
  readonly type: string;
  readonly codec: Pick<EventCodec<Event>, "decode">;
  /** Opens sealed events. Without it an event that is sealed is damaged. */
  readonly vault?: RowOpener;
};

/** Returns the rows with their personal fields. */
export const openRows = <Row extends EventRow>({ vault }: { readonly vault?: RowOpener }, rows: readonly Row[]): Promise<readonly Row[]> =>
  vault === undefined ? Promise.resolve(rows) : vault.openEvents(rows);

/** The part of an event that a fold needs: its version, its time, and the event in the current schema version of its type. */
export type StreamEvent<Event extends DomainEvent> = Pick<RecordedEvent<Event>, "version" | "occurredAt" | "event">;

export type EventRow = RowDataPacket & {
  readonly aggregate_id: Buffer;
  readonly aggregate_type: string;
  readonly version: number;
  readonly event_type: string;
  readonly schema_version: number;
  readonly event_data: unknown;
  readonly created_at: Date;
  /** Bytes of the event's data in the database. */
  readonly bytes: number;
};

export type RecordedRow = EventRow & { readonly event_id: Buffer; readonly metadata: unknown };

/** The columns to select, and the conversion of a row with its decoded event. */
export type RowForm<Row extends EventRow, Event extends DomainEvent, Read> = {
  readonly columns: string;
  readonly toRead: (row: Row, event: Event, stream: StreamId) => Read;
};

const columns = ["aggregate_id", "aggregate_type", "version", "event_type", "schema_version", "event_data", "created_at"] as const;

/** The columns of the form for folds, of `events` or of its alias in the statement. */
export const foldedColumnsOf = (table: string): string =>
  `${columns.map((column) => `${table}.${column}`).join(", ")}, JSON_STORAGE_SIZE(${table}.event_data) AS bytes`;

const foldedColumns = foldedColumnsOf("events");

/** The form for folds, which does not read the ids and metadata of events. */
export const foldedForm = <Event extends DomainEvent>(): RowForm<EventRow, Event, StreamEvent<Event>> => ({
  columns: foldedColumns,
  toRead: (row, event) => ({ version: row.version, occurredAt: row.created_at, event }),
});

export const recordedForm = <Event extends DomainEvent>(): RowForm<RecordedRow, Event, RecordedEvent<Event>> => ({
  columns: `${foldedColumns}, event_id, metadata`,
  toRead: (row, event, stream) => ({
    ...stream,
    eventId: bytesToUuid(row.event_id),
    version: row.version,
    schemaVersion: row.schema_version,
    occurredAt: row.created_at,
    metadata: metadataOf(row, stream),
    event,
  }),
});

const metadataOf = (row: RecordedRow, stream: StreamId): RecordedEvent["metadata"] => {
  try {
    return parseMetadata(row.metadata);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StreamDamagedError("INVALID_METADATA", stream, row.version, reason, { cause: error });
  }
};

/** Decodes a row of the stream. Throws `StreamDamagedError`. */
export type RowDecoder<Row extends EventRow, Read> = (row: Row, stream: StreamId) => Read;

export const rowDecoder =
  <Row extends EventRow, Event extends DomainEvent, Read>(
    { codec }: StreamCategory<Event>,
    { toRead }: RowForm<Row, Event, Read>,
  ): RowDecoder<Row, Read> =>
  (row, stream) => {
    try {
      const event = codec.decode({ type: row.event_type, schemaVersion: row.schema_version, data: row.event_data });
      return toRead(row, event, stream);
    } catch (error) {
      throw error instanceof EventError ? undecodable(error, stream, row.version) : error;
    }
  };

/** A stream that is read row by row, in the order of its versions. */
export type StreamCursor<Row extends EventRow, Read> = {
  /** Returns the row's event, or `undefined` from the first damaged event on. */
  readonly next: (row: Row) => Read | undefined;
  readonly damage: () => StreamDamagedError | undefined;
};

/** Reads a stream from the version after `after` on, and detects damage: every version must follow the version before it. */
export const openStream = <Row extends EventRow, Read>(
  stream: StreamId,
  after: number,
  decode: RowDecoder<Row, Read>,
): StreamCursor<Row, Read> => {
  let version = after;
  let damage: StreamDamagedError | undefined;
  const read = (row: Row): Read => {
    if (row.version !== version + 1) {
      throw new StreamDamagedError("VERSION_GAP", stream, row.version, `it has version ${row.version} after ${version}`);
    }
    version = row.version;
    return decode(row, stream);
  };
  return {
    next: (row) => {
      if (damage !== undefined) return undefined;
      try {
        return read(row);
      } catch (error) {
        if (!(error instanceof StreamDamagedError)) throw error;
        damage = error;
        return undefined;
      }
    },
    damage: () => damage,
  };
};

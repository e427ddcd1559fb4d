import { groupByBytes, insertBytes, type ReadRows, type Statement, uuidToBytes, writeTogether } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { shardOf } from "../outbox/shardOf.ts";
import type { StoredEvent } from "./archiveObject.ts";

export type StreamId = { readonly aggregateType: string; readonly aggregateId: string };

type StoredRow = RowDataPacket & StoredEvent & { readonly bytes: number };

/** Upper limits of the rows of one statement. */
const page = { maxRows: 2_000, maxBytes: 4_194_304 };

const columns = `version, LOWER(HEX(event_id)) AS event_id, event_type, schema_version, CAST(created_at AS CHAR) AS created_at,
  CAST(event_data AS CHAR) AS event_data, CAST(metadata AS CHAR) AS metadata`;
const bytes = "JSON_STORAGE_SIZE(event_data) + JSON_STORAGE_SIZE(metadata) AS bytes";

/** Reads the stream's events in the order of their versions, as text that the same columns take. `lock` locks them until the transaction ends. */
export const readStoredEvents = async (
  read: ReadRows,
  { aggregateType, aggregateId }: StreamId,
  lock: "" | "FOR UPDATE" = "",
): Promise<readonly StoredEvent[]> => {
  const events: StoredEvent[] = [];
  for (;;) {
    let [size, sent] = [0, 0];
    const rows = await read<StoredRow>(
      {
        sql: `SELECT ${columns}, ${bytes} FROM events FORCE INDEX (events_stream)
           WHERE aggregate_id = ? AND aggregate_type = ? AND version > ? ORDER BY aggregate_id, aggregate_type, version LIMIT ? ${lock}`,
        values: [uuidToBytes(aggregateId), aggregateType, events.at(-1)?.version ?? 0, page.maxRows],
      },
      // A page has at least one row.
      (row) => {
        sent += 1;
        return (size += row.bytes) <= page.maxBytes || size === row.bytes;
      },
    );
    // The server has no further row unless the page is full, by rows or by bytes.
    const isLast = sent < page.maxRows && rows.length === sent;
    // In the order of the members in the archive's lines, whose checksum depends on it.
    for (const { version, event_id, event_type, schema_version, created_at, event_data, metadata } of rows)
      events.push({ version, event_id, event_type, schema_version, created_at, event_data, metadata });
    if (isLast) return events;
  }
};

const inserted = "event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at";

/** Inserts events of a stream, in order, each with its row of the outbox. */
export const insertStoredEvents = async (
  connection: PoolConnection,
  { aggregateType, aggregateId }: StreamId,
  events: readonly StoredEvent[],
): Promise<void> => {
  const id = uuidToBytes(aggregateId);
  const bytesOf = ({ event_data, metadata }: StoredEvent): number => 2 * (Buffer.byteLength(event_data) + Buffer.byteLength(metadata));
  for (const group of groupByBytes(events, bytesOf, insertBytes)) {
    const rows = group.map((event) => [
      Buffer.from(event.event_id, "hex"),
      id,
      aggregateType,
      event.version,
      event.event_type,
      event.schema_version,
      event.event_data,
      event.metadata,
      event.created_at,
    ]);
    await writeTogether(connection, [
      insertInto("events", inserted, rows),
      insertInto(
        "outbox",
        `${inserted}, shard`,
        rows.map((row) => [...row, shardOf(id)]),
      ),
    ]);
  }
};

const insertInto = (table: string, into: string, rows: readonly (readonly unknown[])[]): Statement => ({
  sql: `INSERT INTO ${table} (${into}) VALUES ?`,
  values: [rows],
});

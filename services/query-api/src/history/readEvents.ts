import { cartAggregateType, type CartEvent, cartEventCodec } from "@cart/domain";
import { bytesToUuid, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";

/** An event of a cart as it was stored, upcast to the current version of its type. */
export type StoredEvent = {
  readonly eventId: string;
  readonly version: number;
  readonly occurredAt: Date;
  readonly correlationId: string;
  readonly event: CartEvent;
};

export const eventColumns = "event_id, aggregate_id, version, event_type, schema_version, event_data, metadata, created_at";

export type EventRow = RowDataPacket & {
  readonly event_id: Buffer;
  readonly aggregate_id: Buffer;
  readonly version: number;
  readonly event_type: string;
  readonly schema_version: number;
  readonly event_data: unknown;
  readonly metadata: { readonly correlation_id: string };
  readonly created_at: Date;
};

export const toStoredEvent = (row: EventRow): StoredEvent => ({
  eventId: bytesToUuid(row.event_id),
  version: row.version,
  occurredAt: row.created_at,
  correlationId: row.metadata.correlation_id,
  event: cartEventCodec.upcast({ type: row.event_type, schemaVersion: row.schema_version, data: row.event_data }),
});

export type EventPage = { readonly after: number; readonly upTo?: number; readonly limit: number };

/** The first `limit` events after a version, in order. */
export const readEvents = async (
  eventStore: ReadOnlyDatabase,
  cartId: string,
  { after, upTo = 2 ** 32 - 1, limit }: EventPage,
): Promise<StoredEvent[]> => {
  const rows = await eventStore.query<EventRow>(
    `SELECT ${eventColumns} FROM events
     WHERE aggregate_id = ? AND aggregate_type = ? AND version > ? AND version <= ? ORDER BY version LIMIT ?`,
    [uuidToBytes(cartId), cartAggregateType, after, upTo, limit],
  );
  return rows.map(toStoredEvent);
};

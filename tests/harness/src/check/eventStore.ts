import { eventStoreTables } from "@cart/event-store/testing";
import type { Pool } from "mysql2/promise";
import { groupBy } from "./groupBy.ts";

export type StoredEvent = {
  /** The insertion order within a stream. */
  readonly id: number;
  readonly eventId: string;
  readonly cartId: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
  /** The command that caused it. */
  readonly commandId: string;
  readonly occurredAt: Date;
};

/** Reads every event of every cart, each cart's events by version. */
export const readEventStore = async (pool: Pool, database: string): Promise<StoredEvent[]> => {
  const rows = (await eventStoreTables(pool, database).events.rows({ aggregate_type: "Cart" })).map((row) => row as EventRecord);
  return rows
    .map((row) => ({
      id: row.id,
      eventId: row.event_id,
      cartId: row.aggregate_id,
      version: row.version,
      type: row.event_type,
      schemaVersion: row.schema_version,
      data: row.event_data,
      commandId: row.metadata.correlation_id,
      occurredAt: row.created_at,
    }))
    .toSorted((a, b) => a.cartId.localeCompare(b.cartId) || a.version - b.version);
};

type EventRecord = {
  readonly id: number;
  readonly event_id: string;
  readonly aggregate_id: string;
  readonly version: number;
  readonly event_type: string;
  readonly schema_version: number;
  readonly event_data: unknown;
  readonly metadata: { readonly correlation_id: string };
  readonly created_at: Date;
};

export const streamsOf = (events: readonly StoredEvent[]): Map<string, StoredEvent[]> => groupBy(events, ({ cartId }) => cartId);

export type OutboxCounts = { readonly pending: number; readonly failed: number };

export const countOutbox = async (pool: Pool, database: string): Promise<OutboxCounts> => {
  const { outbox } = eventStoreTables(pool, database);
  return { pending: await outbox.count({ status: "PENDING" }), failed: await outbox.count({ status: "FAILED" }) };
};

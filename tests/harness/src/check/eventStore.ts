import { cartAggregate } from "@cart/domain";
import { withKeys } from "@cart/event-store";
import { eventStoreTables, streamVersions } from "@cart/event-store/testing";
import { uuidToBytes } from "@cart/mysql";
import { openKeys } from "@cart/personal-data";
import type { Pool } from "mysql2/promise";
import type { System } from "../system/system.ts";
import { groupBy } from "./groupBy.ts";

export type StoredEvent = {
  /** The insertion order within a stream. */
  readonly id: number;
  readonly eventId: string;
  readonly cartId: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  /** As it is stored and published. */
  readonly storedData: unknown;
  /** With its personal fields, or with what is read in place of erased ones. */
  readonly data: unknown;
  /** The id that the client gave to the request. Nobody knows it any more once the cart's owner was erased. */
  readonly requestId: string | undefined;
  /** The id that the service gave to the command. */
  readonly commandId: string;
  readonly occurredAt: Date;
};

type Metadata = { readonly correlation_id: string; readonly causation_id: string };

/** An event as it is stored, wherever it is. */
export type EventRecord = {
  readonly id: number;
  readonly event_id: string;
  readonly aggregate_id: string;
  readonly version: number;
  readonly event_type: string;
  readonly schema_version: number;
  readonly event_data: unknown;
  readonly metadata: Metadata;
  readonly created_at: Date;
};

type WithKeys = Pick<System, "keyStoreUrl" | "env">;

/** Reads every event of every cart, each cart's events by version. */
export const readEventStore = async ({
  pool,
  databases,
  ...keys
}: WithKeys & Pick<System, "pool" | "databases">): Promise<StoredEvent[]> => {
  const rows = await eventStoreTables(pool, databases.eventStore).events.rows({ aggregate_type: "Cart" });
  const events = await openRecords(
    keys,
    rows.map((row) => row as EventRecord),
  );
  return events.toSorted((a, b) => a.cartId.localeCompare(b.cartId) || a.version - b.version);
};

/** Returns the newest version of each cart. */
export const readStoredVersions = (pool: Pool, database: string): Promise<ReadonlyMap<string, number>> =>
  streamVersions(pool, database, cartAggregate.type);

/** Opens the personal fields of events with the keys that the key store has now. Throws if it lacks one. */
export const openRecords = async ({ keyStoreUrl, env }: WithKeys, records: readonly EventRecord[]): Promise<readonly StoredEvent[]> => {
  const keys = openKeys({ KEYSTORE_URL: keyStoreUrl, PERSONAL_DATA_KEYS: env["PERSONAL_DATA_KEYS"] });
  try {
    const { vault } = withKeys(cartAggregate, keys.ring, false);
    const rows = records.map((record) => ({
      record,
      aggregate_type: cartAggregate.type,
      aggregate_id: uuidToBytes(record.aggregate_id),
      version: record.version,
      event_type: record.event_type,
      event_data: record.event_data,
      metadata: record.metadata,
    }));
    const opened = vault === undefined ? rows : await vault.openEvents(rows);
    return opened.map(({ record, event_data: data, metadata }) => eventOf(record, data, metadata));
  } finally {
    await keys.close();
  }
};

const eventOf = (
  stored: EventRecord,
  data: unknown,
  { correlation_id: correlationId, causation_id: commandId }: Metadata,
): StoredEvent => ({
  id: stored.id,
  eventId: stored.event_id,
  cartId: stored.aggregate_id,
  version: stored.version,
  type: stored.event_type,
  schemaVersion: stored.schema_version,
  storedData: stored.event_data,
  data,
  // In the plain part of a sealed event the correlation id is the command's own id.
  requestId: correlationId === commandId ? undefined : correlationId,
  commandId,
  occurredAt: stored.created_at,
});

export const streamsOf = (events: readonly StoredEvent[]): Map<string, StoredEvent[]> => groupBy(events, ({ cartId }) => cartId);

export type OutboxCounts = { readonly pending: number; readonly failed: number };

export const countOutbox = async (pool: Pool, database: string): Promise<OutboxCounts> => {
  const { outbox } = eventStoreTables(pool, database);
  return { pending: await outbox.count({ status: "PENDING" }), failed: await outbox.count({ status: "FAILED" }) };
};

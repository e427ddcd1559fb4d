import type { RowDataPacket } from "mysql2/promise";

/** A fetched row. The columns that are sent to the broker are not parsed. */
export type OutboxRow = {
  readonly id: number;
  readonly shard: number;
  readonly eventId: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly eventType: string;
  readonly schemaVersion: number;
  /** JSON as text. */
  readonly data: string;
  /** JSON as text. */
  readonly metadata: string;
  readonly createdAt: Date;
  /** The id of the event store, as of the statement that fetched the row. */
  readonly eventStoreId: string;
  /** Failed attempts that were the row's own fault. */
  readonly retryCount: number;
};

export type OutboxRecord = RowDataPacket & {
  id: number;
  shard: number;
  event_id: Buffer;
  aggregate_type: string;
  aggregate_id: Buffer;
  version: number;
  event_type: string;
  schema_version: number;
  event_data: string;
  metadata: string;
  created_at: Date;
  event_store_id: Buffer;
  retry_count: number;
};

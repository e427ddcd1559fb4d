import type { RowDataPacket } from "mysql2/promise";

/** A row as it is fetched. Columns that the broker gets are passed on as they are. */
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
  /** Attempts that failed for the row's own fault. */
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
  retry_count: number;
};

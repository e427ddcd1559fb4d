import type { Pool, RowDataPacket } from "mysql2/promise";
import { groupBy } from "./groupBy.ts";

export type StoredEvent = {
  /** The order in which rows were inserted within a stream. */
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

/** Every event of every cart, each cart's by version. */
export const readEventStore = async (pool: Pool, database: string): Promise<StoredEvent[]> => {
  const [rows] = await pool.query<(RowDataPacket & StoredEvent)[]>(
    `SELECT id, BIN_TO_UUID(event_id) AS eventId, BIN_TO_UUID(aggregate_id) AS cartId, version, event_type AS type,
            schema_version AS schemaVersion, event_data AS data, metadata->>'$.correlation_id' AS commandId, created_at AS occurredAt
     FROM ${database}.events WHERE aggregate_type = 'Cart' ORDER BY aggregate_id, version`,
  );
  return rows;
};

export const streamsOf = (events: readonly StoredEvent[]): Map<string, StoredEvent[]> => groupBy(events, ({ cartId }) => cartId);

export type OutboxCounts = { readonly pending: number; readonly failed: number };

export const countOutbox = async (pool: Pool, database: string): Promise<OutboxCounts> => {
  const [rows] = await pool.query<(RowDataPacket & { status: string; count: number })[]>(
    `SELECT status, COUNT(*) AS count FROM ${database}.outbox WHERE status <> 'PUBLISHED' GROUP BY status`,
  );
  const count = (status: string): number => rows.find((row) => row.status === status)?.count ?? 0;
  return { pending: count("PENDING"), failed: count("FAILED") };
};

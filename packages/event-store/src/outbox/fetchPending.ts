import { bytesToUuid, run, type Statement } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";
import type { OutboxRecord, OutboxRow } from "./outboxRow.ts";

export type PendingQuery = {
  readonly shards: readonly number[];
  readonly limit: number;
  /** Ids of rows that Kafka has and that may not be marked yet. */
  readonly known?: readonly number[];
  /** The page of a backlog to read. Without it, the first rows of the outbox as it is now. */
  readonly page?: BacklogPage;
};

/** For a connection that sees one state of the outbox, as in `inSnapshot`. */
export type BacklogPage = {
  /** The last id of the page before, 0 for the first one. */
  readonly after: number;
  /** The database's time of that state. */
  readonly asOf: Date;
};

/**
 * The oldest unpublished rows of the shards, by id, without those of an aggregate
 * whose earlier row waits for its next attempt.
 *
 * Within an aggregate it never skips a row: ids ascend with versions, and a version
 * is inserted after the one before it is committed. It looks from the start of the
 * table each time. To go on behind the last id would skip rows: those that were
 * inserted earlier and committed later, and those of a shard that came meanwhile.
 *
 * The pages of a backlog go on behind the last id, and may: all of them show one
 * state, into which nothing is committed, with the same shards and the same blocks.
 */
export const fetchPending = async (connection: PoolConnection, query: PendingQuery): Promise<readonly OutboxRow[]> => {
  if (query.shards.length === 0) return [];
  const { sql, values } = selectPending(query);
  return (await run<OutboxRecord[]>(connection, sql, values)).map(toOutboxRow);
};

/** The statement of `fetchPending`, for at least one shard. */
export const selectPending = ({ shards, limit, known = [], page }: PendingQuery): Statement => ({
  sql: `SELECT o.id, o.event_id, o.aggregate_type, o.aggregate_id, o.version, o.event_type, o.schema_version, o.event_data, o.metadata,
          o.created_at, o.shard, o.retry_count
   FROM outbox o FORCE INDEX (outbox_status)
   LEFT JOIN outbox_blocks b ON b.aggregate_id = o.aggregate_id AND b.aggregate_type = o.aggregate_type
   WHERE o.status = 'PENDING' AND o.id > ? AND o.shard IN (?) AND o.id + 0 NOT IN (?)
     AND (b.aggregate_id IS NULL OR b.next_attempt_at <= IFNULL(?, NOW(6)))
   ORDER BY o.id LIMIT ?`,
  // 0 is no row's id: the list must not be empty. `+ 0`: a test of each index entry, instead of a range for each gap between the ids.
  values: [page?.after ?? 0, shards, [0, ...known], page?.asOf ?? null, limit],
});

export const toOutboxRow = (record: OutboxRecord): OutboxRow => ({
  id: record.id,
  shard: record.shard,
  eventId: bytesToUuid(record.event_id),
  aggregateType: record.aggregate_type,
  aggregateId: bytesToUuid(record.aggregate_id),
  version: record.version,
  eventType: record.event_type,
  schemaVersion: record.schema_version,
  data: record.event_data,
  metadata: record.metadata,
  createdAt: record.created_at,
  retryCount: record.retry_count,
});

import { bytesToUuid, readTogether, requirePrimary, type RoleRow, serverRole, type Statement } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import type { OutboxRecord, OutboxRow } from "./outboxRow.ts";

export type PendingQuery = {
  readonly shards: readonly number[];
  readonly limit: PendingLimit;
  /** Ids of rows that Kafka has acknowledged and that may not be marked in MySQL yet. They are left out. */
  readonly known?: readonly number[];
  /** Aggregate types whose rows are left out. */
  readonly withoutTypes?: readonly string[];
  /** The page of a backlog to read. Without it, the first rows of the outbox as it is now. */
  readonly page?: BacklogPage;
};

/** Bounds of one page. A page has at least one row, even one larger than `maxBytes`, so that the relay always makes progress. */
export type PendingLimit = {
  readonly maxRows: number;
  /** Bytes of the rows' payloads in memory, about. */
  readonly maxBytes: number;
};

export type PendingPage = {
  readonly rows: readonly OutboxRow[];
  /** The limit that ended the page: then more rows are likely to wait. */
  readonly endedBy: "maxRows" | "maxBytes" | "the last row";
};

/** A page of one state of the outbox, for a connection in a snapshot (see `inSnapshot`). */
export type BacklogPage = {
  /** The last id of the page before; 0 for the first page. */
  readonly after: number;
  /** The database's time of that state. */
  readonly asOf: Date;
};

/**
 * Returns the oldest unpublished rows of the shards, by id and within the limit, except rows
 * of an aggregate whose earlier row waits for its next attempt.
 *
 * Within an aggregate no row is skipped: ids ascend with versions, and a version is
 * inserted after the version before it is committed. Each call scans from the start of
 * the table. Continuing after the last id would skip rows that were inserted earlier
 * and committed later, and rows of a shard that was claimed in between.
 *
 * The pages of a backlog do continue after the last id. That is safe because all of
 * them show the same snapshot, with the same shards and the same blocks.
 *
 * Rejects with a `NotPrimaryError` if the server is read-only: a former primary would show rows for ever
 * that have long been published.
 */
export const fetchPending = async (connection: PoolConnection, query: PendingQuery): Promise<PendingPage> => {
  if (query.shards.length === 0) return { rows: [], endedBy: "the last row" };
  const { fits, toPage } = pendingPage(query.limit);
  const [records, role] = await readTogether<[OutboxRecord[], RoleRow[]]>(
    connection,
    [selectPending(query), serverRole],
    (row) => !isOutboxRecord(row) || fits(row),
  );
  requirePrimary(role);
  return toPage(records);
};

export const isOutboxRecord = (row: RowDataPacket): row is OutboxRecord => "event_data" in row;

/** Decides row by row what fits into a page. */
export const pendingPage = ({ maxRows, maxBytes }: PendingLimit) => {
  let rows = 0;
  let bytes = 0;
  let isTooLarge = false;
  return {
    fits: ({ event_data, metadata }: OutboxRecord): boolean => {
      rows += 1;
      bytes += event_data.length + metadata.length;
      isTooLarge = rows > 1 && bytes > maxBytes;
      return !isTooLarge;
    },
    toPage: (records: readonly OutboxRecord[]): PendingPage => ({
      rows: records.map(toOutboxRow),
      endedBy: isTooLarge ? "maxBytes" : records.length === maxRows ? "maxRows" : "the last row",
    }),
  };
};

/** Returns the statement of `fetchPending`, for at least one shard. */
export const selectPending = ({ shards, limit, known = [], withoutTypes = [], page }: PendingQuery): Statement => ({
  sql: `SELECT o.id, o.event_id, o.aggregate_type, o.aggregate_id, o.version, o.event_type, o.schema_version, o.event_data, o.metadata,
          o.created_at, o.shard, o.retry_count, (SELECT id FROM event_store_identity ORDER BY number DESC LIMIT 1) AS event_store_id
   FROM outbox o FORCE INDEX (outbox_status)
   LEFT JOIN outbox_blocks b ON b.aggregate_id = o.aggregate_id AND b.aggregate_type = o.aggregate_type
   WHERE o.status = 'PENDING' AND o.id > ? AND o.shard IN (?) AND o.id + 0 NOT IN (?)
     AND o.aggregate_type NOT IN (?)
     AND (b.aggregate_id IS NULL OR b.next_attempt_at <= IFNULL(?, NOW(6)))
   ORDER BY o.id LIMIT ?`,
  // `NOT IN ()` is invalid, so the lists start with 0, which is no row's id, and with '', which is no type. `+ 0` makes MySQL test each index entry instead of
  // scanning one range per gap.
  values: [page?.after ?? 0, shards, [0, ...known], ["", ...withoutTypes], page?.asOf ?? null, limit.maxRows],
});

const toOutboxRow = (record: OutboxRecord): OutboxRow => ({
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
  eventStoreId: bytesToUuid(record.event_store_id),
  retryCount: record.retry_count,
});

import { tenantInFirstEvent } from "@cart/domain";
import { bytesToUuid, run, type Statement, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { isSetAside } from "./setAside.ts";
import { shardOf } from "./shardOf.ts";

export type FailedRow = {
  readonly id: number;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly eventType: string;
  readonly attempts: number;
  readonly error: string;
  /** The number of rows of the same aggregate that wait behind this row. */
  readonly waiting: number;
  readonly occurredAt: Date;
};

type FailedRecord = RowDataPacket & {
  id: number;
  aggregate_type: string;
  aggregate_id: Buffer;
  version: number;
  event_type: string;
  retry_count: number;
  error_message: string | null;
  waiting: number;
  created_at: Date;
};

/** Everything but the event itself, which may be large. */
const columnsOf = (outbox: string): string =>
  ["id", "aggregate_type", "aggregate_id", "version", "event_type", "retry_count", "error_message", "created_at"]
    .map((column) => `${outbox}.${column}`)
    .join(", ");

/** Lists the rows that were given up, oldest first, without the rows that were set aside behind them. */
export const listFailed = async (connection: PoolConnection, limit: number): Promise<readonly FailedRow[]> => {
  const { sql, values } = withWaiting({
    sql: `SELECT ${columnsOf("o")} FROM outbox o FORCE INDEX (outbox_status)
      WHERE status = 'FAILED' AND NOT ${isSetAside} ORDER BY o.id LIMIT ?`,
    values: [limit],
  });
  return (await run<FailedRecord[]>(connection, sql, values)).map(toFailedRow);
};

export type FailedFilter = {
  /** Only rows of streams whose first event names this tenant. */
  readonly tenantId?: string | undefined;
  readonly aggregateId?: string | undefined;
  /** Only rows with a greater id. */
  readonly afterId?: number | undefined;
  readonly limit: number;
};

/** A row with the tenant of its stream; `undefined` if the first event of the stream does not name one. */
export type FailedRowOfTenant = FailedRow & { readonly tenantId: string | undefined };

/**
 * Lists the rows that were given up with their tenants, oldest first. Unlike `listFailed` it reads events, which the relay's MySQL
 * user may not. The tenant comes from the first event, because the read model does not know a stream whose first event was given up.
 */
export const listFailedOfTenants = async (
  connection: PoolConnection,
  { tenantId, aggregateId, afterId = 0, limit }: FailedFilter,
): Promise<readonly FailedRowOfTenant[]> => {
  // JSON strings have a collation that ignores spaces at the end, by which two tenants could be taken for one.
  const tenant = "JSON_UNQUOTE(JSON_EXTRACT(first.event_data, ?)) COLLATE utf8mb4_0900_bin";
  const [ofTenant, tenantValues] = tenantId === undefined ? ["", []] : [`AND ${tenant} = ?`, [tenantInFirstEvent, tenantId]];
  const [ofAggregate, aggregateValues] = aggregateId === undefined ? ["", []] : ["AND o.aggregate_id = ?", [uuidToBytes(aggregateId)]];
  // In this order of the tables, because the events are too many to begin with.
  const { sql, values } = withWaiting({
    sql: `SELECT STRAIGHT_JOIN ${columnsOf("o")}, ${tenant} AS tenant_id
      FROM outbox o FORCE INDEX (outbox_status)
      LEFT JOIN events first ON first.aggregate_id = o.aggregate_id AND first.aggregate_type = o.aggregate_type AND first.version = 1
      WHERE o.status = 'FAILED' AND NOT ${isSetAside} AND o.id > ? ${ofAggregate} ${ofTenant}
      ORDER BY o.id LIMIT ?`,
    values: [tenantInFirstEvent, afterId, ...aggregateValues, ...tenantValues, limit],
  });
  const records = await run<(FailedRecord & { readonly tenant_id: string | null })[]>(connection, sql, values);
  return records.map((record) => ({ ...toFailedRow(record), tenantId: record.tenant_id ?? undefined }));
};

/** Selects the rows with the number of rows that wait behind each. */
const withWaiting = ({ sql, values }: Required<Statement>): Required<Statement> => ({
  sql: `SELECT f.*, COALESCE(w.waiting, 0) AS waiting
    FROM (${sql}) f
    LEFT JOIN (
      SELECT o.aggregate_id, o.aggregate_type, COUNT(*) AS waiting
      FROM outbox o FORCE INDEX (outbox_status)
      JOIN outbox_blocks b ON b.aggregate_id = o.aggregate_id AND b.aggregate_type = o.aggregate_type AND b.next_attempt_at IS NULL
      WHERE o.status = 'PENDING' OR (o.status = 'FAILED' AND o.id <> b.outbox_id)
      GROUP BY o.aggregate_id, o.aggregate_type
    ) w ON w.aggregate_id = f.aggregate_id AND w.aggregate_type = f.aggregate_type
    ORDER BY f.id`,
  values,
});

const toFailedRow = (record: FailedRecord): FailedRow => ({
  id: record.id,
  aggregateType: record.aggregate_type,
  aggregateId: bytesToUuid(record.aggregate_id),
  version: record.version,
  eventType: record.event_type,
  attempts: record.retry_count,
  error: record.error_message ?? "",
  waiting: record.waiting,
  occurredAt: record.created_at,
});

type BlockRecord = RowDataPacket & { readonly aggregate_id: Buffer; readonly aggregate_type: string };

/**
 * Resets the attempts of the failed rows of all aggregates, or of those with the id and the type. Returns how many rows were reset,
 * without the rows that were set aside behind them. The relay that holds their shard publishes all of them in order. Each aggregate is
 * reset in a transaction of its own: a retry that is interrupted leaves the other aggregates as they were.
 */
export const retryFailed = async (connection: PoolConnection, aggregateId?: string, aggregateType?: string): Promise<number> => {
  const conditions = [
    ...(aggregateId === undefined ? [] : [{ sql: " AND aggregate_id = ?", value: uuidToBytes(aggregateId) }]),
    ...(aggregateType === undefined ? [] : [{ sql: " AND aggregate_type = ?", value: aggregateType }]),
  ];
  const where = conditions.map(({ sql }) => sql).join("");
  const values = conditions.map(({ value }) => value);
  const blocks = await run<BlockRecord[]>(
    connection,
    `SELECT aggregate_id, aggregate_type FROM outbox_blocks WHERE next_attempt_at IS NULL${where} ORDER BY outbox_id`,
    values,
  );
  let rows = 0;
  for (const block of blocks) rows += await retryAggregate(connection, block);
  return rows + (await retryUnblocked(connection, where, values));
};

/** Resets failed rows without a block, which somebody must have removed by hand. A failure is recorded together with its block. */
const retryUnblocked = async (connection: PoolConnection, where: string, values: readonly unknown[]): Promise<number> => {
  const { affectedRows } = await run<ResultSetHeader>(
    connection,
    `UPDATE outbox SET status = 'PENDING', retry_count = 0, next_attempt_at = NULL
     WHERE status = 'FAILED'${where} AND (aggregate_id, aggregate_type) NOT IN (SELECT aggregate_id, aggregate_type FROM outbox_blocks)`,
    values,
  );
  return affectedRows;
};

/** Rows that one statement resets. */
const rowsAtOnce = 2_000;

type ResetRecord = RowDataPacket & { readonly id: number; readonly is_set_aside: 0 | 1 };

/**
 * Resets all failed rows of an aggregate and removes its block, or nothing. The block is locked first, so that no relay sets a
 * row aside that this transaction would not see: with the block gone, that row would be overtaken by later rows.
 */
const retryAggregate = async (connection: PoolConnection, { aggregate_id, aggregate_type }: BlockRecord): Promise<number> => {
  const aggregate = [aggregate_id, aggregate_type];
  const ofAggregate = "aggregate_id = ? AND aggregate_type = ?";
  await run(connection, "START TRANSACTION");
  const [block] = await run<BlockRecord[]>(
    connection,
    `SELECT aggregate_id, aggregate_type FROM outbox_blocks WHERE ${ofAggregate} AND next_attempt_at IS NULL FOR UPDATE`,
    aggregate,
  );
  const reset = block === undefined ? 0 : await resetRows(connection, block);
  await run(connection, `DELETE FROM outbox_blocks WHERE ${ofAggregate} AND next_attempt_at IS NULL`, aggregate);
  await run(connection, "COMMIT");
  return reset;
};

/** Resets the rows in pages, and returns how many of them had been given up. */
const resetRows = async (connection: PoolConnection, { aggregate_id, aggregate_type }: BlockRecord): Promise<number> => {
  const pageAfter = (after: number): Promise<ResetRecord[]> =>
    run<ResetRecord[]>(
      connection,
      `SELECT id, ${isSetAside} AS is_set_aside FROM outbox FORCE INDEX (outbox_status)
       WHERE status = 'FAILED' AND id > ? AND shard = ? AND aggregate_id = ? AND aggregate_type = ? ORDER BY id LIMIT ?`,
      [after, shardOf(aggregate_id), aggregate_id, aggregate_type, rowsAtOnce],
    );
  let givenUp = 0;
  let rows = await pageAfter(0);
  for (let last = rows.at(-1); last !== undefined; last = rows.at(-1)) {
    await run(
      connection,
      "UPDATE outbox SET status = 'PENDING', retry_count = 0, next_attempt_at = NULL WHERE id IN (?) AND status = 'FAILED'",
      [rows.map(({ id }) => id)],
    );
    givenUp += rows.filter((row) => row.is_set_aside === 0).length;
    rows = await pageAfter(last.id);
  }
  return givenUp;
};

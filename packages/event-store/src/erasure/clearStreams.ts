import { deleteByKeys, run, uuidToBytes, withConnection, withoutConflict } from "@cart/mysql";
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { isSealedSql, isSealedText } from "../sealing/isSealedSql.ts";

export type ClearedStreams = {
  readonly answers: number;
  readonly snapshots: number;
  readonly errorTexts: number;
  /** Events in plain text that are not published yet. They cannot be cleared here. */
  readonly plainOutbox: number;
};

/** Upper limit of streams in one statement. */
const streamsAtOnce = 200;

/**
 * Deletes what is stored beside the events of these streams and is not sealed: the answers to requests with an idempotency key, with the
 * key and the hash of the request, snapshots in plain text, and the errors of events that could not be published. It may be called again.
 */
export const clearStreams = async (pool: Pool, aggregateType: string, aggregateIds: readonly string[]): Promise<ClearedStreams> => {
  const total = { answers: 0, snapshots: 0, errorTexts: 0, plainOutbox: 0 };
  for (let from = 0; from < aggregateIds.length; from += streamsAtOnce) {
    const ids = aggregateIds.slice(from, from + streamsAtOnce).map(uuidToBytes);
    // Each statement is a transaction of its own, because each may be repeated.
    const cleared = await withoutConflict(() => withConnection(pool, (connection) => clearSome(connection, aggregateType, ids)));
    total.answers += cleared.answers;
    total.snapshots += cleared.snapshots;
    total.errorTexts += cleared.errorTexts;
    total.plainOutbox += cleared.plainOutbox;
  }
  return total;
};

/** The error of a row whose stream belongs to a shopper who is erased. */
const removedText = "removed by an erasure";

const clearSome = async (connection: PoolConnection, aggregateType: string, ids: readonly Buffer[]): Promise<ClearedStreams> => {
  const affected = async (sql: string, values: readonly unknown[]): Promise<number> =>
    (await run<ResultSetHeader>(connection, sql, values)).affectedRows;
  const answers = await affected(`${deleteByKeys("idempotency_keys")} WHERE aggregate_id IN (?) AND aggregate_type = ?`, [
    ids,
    aggregateType,
  ]);
  const snapshots = await affected(
    `${deleteByKeys("snapshots")} WHERE aggregate_id IN (?) AND aggregate_type = ? AND NOT ${isSealedSql("state")}`,
    [ids, aggregateType],
  );
  // The rows are read first, because an update with this condition would lock every row that waits to be published.
  type Row = RowDataPacket & { readonly id: number; readonly has_error: number; readonly is_plain: number };
  const rows = await run<Row[]>(
    connection,
    `SELECT id, COALESCE(error_message <> ?, FALSE) AS has_error, NOT ${isSealedText("event_data")} AS is_plain
     FROM outbox FORCE INDEX (outbox_status) WHERE status IN ('PENDING', 'FAILED') AND aggregate_id IN (?) AND aggregate_type = ?`,
    [removedText, ids, aggregateType],
  );
  const failed = rows.filter((row) => row.has_error === 1).map(({ id }) => id);
  if (failed.length > 0) await run(connection, "UPDATE outbox SET error_message = ? WHERE id IN (?)", [removedText, failed]);
  return { answers, snapshots, errorTexts: failed.length, plainOutbox: rows.filter((row) => row.is_plain === 1).length };
};

import { bytesToUuid, type ReadRows, run, uuidToBytes, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { isSealedSql } from "../sealing/isSealedSql.ts";

export type PlainEvent = { readonly aggregateId: string; readonly version: number };

/** Ids of events that one statement reads. */
const idsAtOnce = 20_000;

/** The newest ids are read again by each check, because an append that is still open may have one of them. */
const recentIds = 20_000;

/**
 * Returns a function that finds an event of the type of aggregates that is stored in plain text. The first call reads all events,
 * in small ranges; later calls read those that were appended since.
 */
export const plainEventCheck = (pool: Pool, aggregateType: string): ((signal: AbortSignal) => Promise<PlainEvent | undefined>) => {
  let checkedThrough = 0;

  const lastId = async (): Promise<number> => {
    type Row = RowDataPacket & { readonly last: number | null };
    const [row] = await withConnection(pool, (connection) => run<Row[]>(connection, "SELECT MAX(id) AS last FROM events"));
    return row?.last ?? 0;
  };

  const findIn = async (after: number, through: number): Promise<PlainEvent | undefined> => {
    type Row = RowDataPacket & { readonly aggregate_id: Buffer; readonly version: number };
    const [row] = await withConnection(pool, (connection) =>
      run<Row[]>(
        connection,
        `SELECT aggregate_id, version FROM events FORCE INDEX (PRIMARY)
         WHERE id > ? AND id <= ? AND aggregate_type = ? AND NOT ${isSealedSql("event_data")} ORDER BY id LIMIT 1`,
        [after, through, aggregateType],
      ),
    );
    return row === undefined ? undefined : { aggregateId: bytesToUuid(row.aggregate_id), version: row.version };
  };

  return async (signal) => {
    const last = await lastId();
    for (let after = checkedThrough; after < last; after += idsAtOnce) {
      signal.throwIfAborted();
      const through = Math.min(after + idsAtOnce, last);
      const plain = await findIn(after, through);
      if (plain !== undefined) return plain;
      checkedThrough = Math.max(checkedThrough, Math.min(through, last - recentIds));
    }
    return undefined;
  };
};

/** Whether the aggregate has an event that is stored in plain text. */
export const hasPlainEvents = async (read: ReadRows, aggregateType: string, aggregateId: string): Promise<boolean> => {
  const rows = await read({
    sql: `SELECT 1 FROM events WHERE aggregate_type = ? AND aggregate_id = ? AND NOT ${isSealedSql("event_data")} LIMIT 1`,
    values: [aggregateType, uuidToBytes(aggregateId)],
  });
  return rows.length > 0;
};

import { inTransaction, run } from "@cart/mysql";
import type { Pool, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { OutboxRow } from "./outboxRow.ts";

export type PublishedMark = {
  readonly owner: string;
  /** PUBLISHED rows are kept for the purge to delete. Otherwise they are deleted here, which takes two thirds of the time. */
  readonly keep: boolean;
};

/**
 * Marks rows that Kafka has, if this relay still holds their shards: a relay that
 * lost its lease marks nothing. Returns how many rows were marked; the rest are
 * published once more by the relay that holds them, which consumers skip. An
 * aggregate that was blocked by one of the rows is free from the same commit on.
 *
 * The leases are locked first, in the order in which their renewal locks them, and
 * then the rows by nothing but their ids. Joined with the leases in one UPDATE, a
 * row took twice the time, and the two orders of locks were deadlocks.
 */
export const markPublished = (pool: Pool, { owner, keep }: PublishedMark, rows: readonly OutboxRow[]): Promise<number> =>
  inTransaction(pool, async (connection) => {
    const leases = await run<(RowDataPacket & { shard: number })[]>(
      connection,
      "SELECT shard FROM relay_leases WHERE shard IN (?) AND owner = ? AND expires_at > NOW(6) ORDER BY shard FOR SHARE",
      [[...new Set(rows.map(({ shard }) => shard))], owner],
    );
    const held = new Set(leases.map(({ shard }) => shard));
    const own = rows.filter(({ shard }) => held.has(shard));
    if (own.length === 0) return 0;
    const { affectedRows } = await run<ResultSetHeader>(
      connection,
      `${keep ? "UPDATE outbox SET status = 'PUBLISHED', published_at = NOW(6)" : "DELETE FROM outbox"} WHERE id IN (?) AND status = 'PENDING'`,
      [own.map(({ id }) => id)],
    );
    const retried = own.filter(({ retryCount }) => retryCount > 0).map(({ id }) => id);
    if (retried.length > 0) await run(connection, "DELETE FROM outbox_blocks WHERE outbox_id IN (?)", [retried]);
    return affectedRows;
  });

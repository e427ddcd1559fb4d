import { run } from "@cart/mysql";
import type { PoolConnection, ResultSetHeader } from "mysql2/promise";
import type { OutboxRow } from "./outboxRow.ts";

/**
 * Marks rows that Kafka has, if this relay still holds their shards: a relay that
 * lost its lease marks nothing. Returns how many rows were marked; the rest are
 * published once more by the relay that holds them, which consumers skip. An
 * aggregate that was blocked by one of the rows is free from the same commit on.
 */
export const markPublished = (connection: PoolConnection, owner: string, rows: readonly OutboxRow[]): Promise<number> => {
  const ids = rows.map(({ id }) => id);
  const retried = rows.filter(({ retryCount }) => retryCount > 0).map(({ id }) => id);

  const mark = async (): Promise<number> => {
    const { affectedRows } = await run<ResultSetHeader>(
      connection,
      `UPDATE outbox o JOIN relay_leases l ON l.shard = o.shard AND l.owner = ? AND l.expires_at > NOW(6)
       SET o.status = 'PUBLISHED', o.published_at = NOW(6)
       WHERE o.id IN (?) AND o.status = 'PENDING'`,
      [owner, ids],
    );
    return affectedRows;
  };
  const markAndUnblock = async (): Promise<number> => {
    await run(connection, "START TRANSACTION");
    const marked = await mark();
    await run(
      connection,
      "DELETE b FROM outbox_blocks b JOIN outbox o ON o.id = b.outbox_id WHERE o.id IN (?) AND o.status = 'PUBLISHED'",
      [retried],
    );
    await run(connection, "COMMIT");
    return marked;
  };
  return againAfterDeadlock(retried.length > 0 ? markAndUnblock : mark);
};

/**
 * The update locks the leases in the order of its rows, and the renewal of the
 * leases locks them in theirs. MySQL then ends one of the two, of which nothing is
 * kept. Given up, it would cost a pass, and publish all of its rows again.
 */
const againAfterDeadlock = async <T>(statement: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await statement();
    } catch (error) {
      if (attempt === 3 || !(error instanceof Error && "errno" in error && error.errno === deadlock)) throw error;
    }
  }
};

const deadlock = 1213;

import { bytesToUuid, inTransaction, run, uuidToBytes } from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { readMessage } from "../projection/incomingMessage.ts";
import { projectBatch } from "../projection/projectBatch.ts";
import { loadCarts } from "../readModel/loadCarts.ts";
import { withoutConflict } from "../readModel/withoutConflict.ts";
import { writeCarts } from "../readModel/writeCarts.ts";
import { passGate } from "../readModel/writerGate.ts";
import { messageColumns, type StoredMessageRow, toMessage } from "./storedMessage.ts";

/** A cart's queue, or one message that tells no cart. */
export type DeadLetterQueue = { readonly aggregateId: string } | { readonly id: number };

export type RetryResult = {
  readonly aggregate_id: string | null;
  /** Messages that had their effect. */
  readonly projected: number;
  /** Messages whose effect the cart had already. */
  readonly duplicates: number;
  readonly remaining: number;
  /** Of the cart, afterwards. */
  readonly version: number | null;
  /** The first that still cannot be projected: the others wait behind it. */
  readonly failed: { readonly id: number; readonly version: number | null; readonly reason_code: string; readonly reason: string } | null;
};

/** The queues with a dead letter, the oldest first. */
export const deadLetterQueues = async (pool: Pool): Promise<DeadLetterQueue[]> => {
  const rows = await inTransaction(pool, (connection) =>
    run<(RowDataPacket & { aggregate_id: Buffer | null; id: number })[]>(
      connection,
      `SELECT aggregate_id, MIN(id) AS id FROM dead_letters WHERE aggregate_id IS NOT NULL GROUP BY aggregate_id
       UNION ALL SELECT NULL, id FROM dead_letters WHERE aggregate_id IS NULL ORDER BY id`,
    ),
  );
  return rows.map(({ aggregate_id: aggregateId, id }) => (aggregateId === null ? { id } : { aggregateId: bytesToUuid(aggregateId) }));
};

/** The queue that this dead letter is in; `undefined` when there is no such dead letter. */
export const queueOf = async (pool: Pool, id: number): Promise<DeadLetterQueue | undefined> => {
  const [row] = await inTransaction(pool, (connection) =>
    run<(RowDataPacket & { aggregate_id: Buffer | null })[]>(connection, "SELECT aggregate_id FROM dead_letters WHERE id = ?", [id]),
  );
  if (row === undefined) return undefined;
  return row.aggregate_id === null ? { id } : { aggregateId: bytesToUuid(row.aggregate_id) };
};

/**
 * Projects a queue again, in its order, as if its messages came from Kafka now: all
 * up to the first that still fails, in one transaction. The cart's row is locked
 * before the queue is read, as a projector does, so that none adds to the queue, or
 * finds it empty, in between. A cart that is not there has no row to lock: a message
 * that comes at that moment may stay behind as PARKED, in order, for another retry.
 */
export const retryQueue = (pool: Pool, queue: DeadLetterQueue): Promise<RetryResult> =>
  withoutConflict(() =>
    inTransaction(pool, async (connection) => {
      await passGate(connection);
      const aggregateId = "aggregateId" in queue ? queue.aggregateId : undefined;
      if (aggregateId !== undefined) await loadCarts(connection, [aggregateId]);
      const rows = await lockQueue(connection, queue);
      const incoming = rows.map((row) => readMessage(toMessage(row)));
      // One that told no cart may tell one to a newer program.
      const ids = incoming.flatMap((one) => (one.kind === "EVENT" ? [one.envelope.aggregateId] : []));
      const carts = await loadCarts(connection, [...new Set(ids)].toSorted());

      const result = projectBatch({ carts, parked: new Set() }, incoming);
      await writeCarts(connection, result.changes);

      const failures = new Map(result.deadLetters.map((deadLetter) => [placeOf(deadLetter.message), deadLetter]));
      const failed = rows.flatMap((row) => {
        const deadLetter = failures.get(placeOf(toMessage(row)));
        return deadLetter === undefined ? [] : [{ id: row.id, version: row.version, deadLetter }];
      });
      const failedIds = new Set(failed.map(({ id }) => id));
      await deleteRows(
        connection,
        rows.map(({ id }) => id).filter((id) => !failedIds.has(id)),
      );
      for (const { id, deadLetter } of failed) {
        await run(connection, "UPDATE dead_letters SET reason_code = ?, reason = ? WHERE id = ?", [
          deadLetter.code,
          deadLetter.reason.slice(0, 8_000),
          id,
        ]);
      }
      const [first] = failed;
      const id = aggregateId ?? ids[0];
      const after = result.changes.find((change) => change.id === id)?.after ?? (id === undefined ? undefined : carts.get(id));
      return {
        aggregate_id: id ?? null,
        projected: result.projected.length,
        duplicates: result.duplicates,
        remaining: failed.length,
        version: after?.version ?? null,
        failed:
          first === undefined
            ? null
            : { id: first.id, version: first.version, reason_code: first.deadLetter.code, reason: first.deadLetter.reason },
      };
    }),
  );

type QueuedRow = StoredMessageRow & { readonly id: number; readonly version: number | null };

const lockQueue = (connection: PoolConnection, queue: DeadLetterQueue): Promise<QueuedRow[]> => {
  const [where, value] = "aggregateId" in queue ? ["aggregate_id = ?", uuidToBytes(queue.aggregateId)] : ["id = ?", queue.id];
  return run<QueuedRow[]>(connection, `SELECT id, ${messageColumns}, version FROM dead_letters WHERE ${where} ORDER BY id FOR UPDATE`, [
    value,
  ]);
};

const placeOf = ({ topic, partition, offset }: { topic: string; partition: number; offset: string }): string =>
  `${topic}/${partition}/${offset}`;

const deleteRows = async (connection: PoolConnection, ids: readonly number[]): Promise<void> => {
  if (ids.length > 0) await run(connection, "DELETE FROM dead_letters WHERE id IN (?)", [ids]);
};

import { bytesToUuid, inTransaction, run, runTogether, uuidToBytes, writeTogether, withoutConflict } from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { aggregateIdOf, readMessage } from "../projection/incomingMessage.ts";
import { projectionOf, type Projections } from "../projection/projection.ts";
import { passGate } from "../writerGate.ts";
import { messageColumns, type StoredMessageRow, toMessage } from "./storedMessage.ts";

/** The queue of an aggregate, or a single message that names no aggregate. */
export type DeadLetterQueue = { readonly aggregateType: string } & ({ readonly aggregateId: string } | { readonly id: number });

export type RetryResult = {
  readonly aggregate_type: string;
  readonly aggregate_id: string | null;
  /** The number of messages that were projected. */
  readonly projected: number;
  /** The number of messages whose version the aggregate had already. */
  readonly duplicates: number;
  readonly remaining: number;
  /** The aggregate's version after the retry; null if the aggregate does not exist. */
  readonly version: number | null;
  /** The first message that still cannot be projected. The remaining ones wait behind it. */
  readonly failed: { readonly id: number; readonly version: number | null; readonly reason_code: string; readonly reason: string } | null;
};

export type QueueFilter = {
  /** Only queues with a dead letter for this reason. */
  readonly reason?: string | undefined;
  /** Only queues that begin after the dead letter with this id. */
  readonly afterId?: number;
  /** All queues without it. */
  readonly limit?: number;
};

/** Returns the queues, ordered by their oldest dead letter, with its id. */
export const deadLetterQueues = async (
  pool: Pool,
  filter: QueueFilter = {},
): Promise<(DeadLetterQueue & { readonly firstId: number })[]> => {
  const { reason, afterId = 0, limit = Number.MAX_SAFE_INTEGER } = filter;
  const having = reason === undefined ? "" : "AND SUM(reason_code = ?) > 0";
  const where = reason === undefined ? "" : "AND reason_code = ?";
  const named = reason === undefined ? [] : [reason];
  const rows = await inTransaction(pool, (connection) =>
    run<QueueRow[]>(
      connection,
      `SELECT aggregate_type, aggregate_id, MIN(id) AS id FROM dead_letters WHERE aggregate_id IS NOT NULL
         GROUP BY aggregate_type, aggregate_id HAVING id > ? ${having}
       UNION ALL SELECT aggregate_type, NULL, id FROM dead_letters WHERE aggregate_id IS NULL AND id > ? ${where} ORDER BY id LIMIT ?`,
      [afterId, ...named, afterId, ...named, limit],
    ),
  );
  return rows.map((row) => ({ ...toQueue(row), firstId: row.id }));
};

type QueueRow = RowDataPacket & { readonly aggregate_type: string; readonly aggregate_id: Buffer | null; readonly id: number };

const toQueue = ({ aggregate_type: aggregateType, aggregate_id: aggregateId, id }: QueueRow): DeadLetterQueue =>
  aggregateId === null ? { aggregateType, id } : { aggregateType, aggregateId: bytesToUuid(aggregateId) };

/** Returns the queue of this dead letter, or `undefined` if no dead letter has this id. */
export const queueOf = async (pool: Pool, id: number): Promise<DeadLetterQueue | undefined> => {
  const [row] = await inTransaction(pool, (connection) =>
    run<QueueRow[]>(connection, "SELECT aggregate_type, aggregate_id, id FROM dead_letters WHERE id = ?", [id]),
  );
  return row === undefined ? undefined : toQueue(row);
};

/**
 * Projects a queue again, in order, as if its messages came from Kafka now: all messages
 * up to the first that still fails, in one transaction. Like a projector, it locks the
 * aggregate's row before it reads the queue, so that no projector adds to the queue, or
 * finds it empty, in between. An aggregate that does not exist has no row to lock: a message
 * that arrives at that moment may stay behind as PARKED, in order, for another retry.
 */
export const retryQueue = (pool: Pool, projections: Projections, queue: DeadLetterQueue): Promise<RetryResult> =>
  withoutConflict(() =>
    inTransaction(pool, async (connection) => {
      await passGate(connection);
      const projection = projectionOf(projections, queue.aggregateType);
      const aggregateId = "aggregateId" in queue ? queue.aggregateId : undefined;
      if (aggregateId !== undefined) await projection.lockVersion(connection, aggregateId);
      const rows = await lockQueue(connection, queue);
      const queued = rows.map((row) => ({ row, message: toMessage(row) }));
      const incoming = queued.map(({ message }) => readMessage(message));
      const { reads, project } = projection.prepareRetry(incoming);
      const { result, writes } = project(await runTogether(connection, reads));
      await writeTogether(connection, writes);

      const failures = new Map(result.deadLetters.map((deadLetter) => [deadLetter.message, deadLetter]));
      const failed = queued.flatMap(({ row, message }) => {
        const deadLetter = failures.get(message);
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
      // A message that named no aggregate to an older program may name one to this program.
      const id = aggregateId ?? incoming.map(aggregateIdOf).find((told) => told !== undefined);
      const version = id === undefined ? 0 : await projection.lockVersion(connection, id);
      return {
        aggregate_type: projection.aggregateType,
        aggregate_id: id ?? null,
        projected: result.projected.length,
        duplicates: result.duplicates,
        remaining: failed.length,
        version: version === 0 ? null : version,
        failed:
          first === undefined
            ? null
            : { id: first.id, version: first.version, reason_code: first.deadLetter.code, reason: first.deadLetter.reason },
      };
    }),
  );

type QueuedRow = StoredMessageRow & { readonly id: number; readonly version: number | null };

const lockQueue = (connection: PoolConnection, queue: DeadLetterQueue): Promise<QueuedRow[]> => {
  const [where, values] =
    "aggregateId" in queue
      ? ["aggregate_type = ? AND aggregate_id = ?", [queue.aggregateType, uuidToBytes(queue.aggregateId)]]
      : ["id = ?", [queue.id]];
  return run<QueuedRow[]>(
    connection,
    `SELECT id, ${messageColumns}, version FROM dead_letters WHERE ${where} ORDER BY id FOR UPDATE`,
    values,
  );
};

const deleteRows = async (connection: PoolConnection, ids: readonly number[]): Promise<void> => {
  if (ids.length > 0) await run(connection, "DELETE FROM dead_letters WHERE id IN (?)", [ids]);
};

import {
  bytesToUuid,
  deleteByKeys,
  inTransaction,
  nextMaxRows,
  readRowsOn,
  type RowLimits,
  rowPage,
  run,
  runTogether,
  type Statement,
  uuidToBytes,
  withoutConflict,
  writeTogether,
} from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { aggregateIdOf, readMessage } from "../projection/incomingMessage.ts";
import { type Projection, projectionOf, type Projections } from "../projection/projection.ts";
import { parkedError } from "../projection/projectionError.ts";
import { passGate } from "../writerGate.ts";
import { ofAggregate } from "./ofAggregate.ts";
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
  /** Only queues of aggregates that the read model knows as this tenant's. */
  readonly tenantId?: string | undefined;
  /** Only queues that begin after the dead letter with this id. */
  readonly afterId?: number;
  readonly limit: number;
};

/** Returns the queues, ordered by their oldest dead letter, with its id. */
export const deadLetterQueues = async (
  pool: Pool,
  projections: Projections,
  { reason, tenantId, afterId = 0, limit }: QueueFilter,
): Promise<(DeadLetterQueue & { readonly firstId: number })[]> => {
  const having = reason === undefined ? "" : "AND SUM(d.reason_code = ?) > 0";
  const where = reason === undefined ? "" : "AND reason_code = ?";
  const named = reason === undefined ? [] : [reason];
  const [ofTenant, tenant] = tenantId === undefined ? ["", []] : [`AND ${ofAggregate(projections, "tenant_id")} = ?`, [tenantId]];
  // A message that names no aggregate belongs to no tenant.
  const nameless = tenantId === undefined ? "TRUE" : "FALSE";
  const rows = await inTransaction(pool, (connection) =>
    run<QueueRow[]>(
      connection,
      `SELECT d.aggregate_type, d.aggregate_id, MIN(d.id) AS id FROM dead_letters d WHERE d.aggregate_id IS NOT NULL ${ofTenant}
         GROUP BY d.aggregate_type, d.aggregate_id HAVING MIN(d.id) > ? ${having}
       UNION ALL SELECT aggregate_type, NULL, id FROM dead_letters WHERE ${nameless} AND aggregate_id IS NULL AND id > ? ${where}
       ORDER BY id LIMIT ?`,
      [...tenant, afterId, ...named, afterId, ...named, limit],
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

/** Upper limits of the messages that are in memory at once, and how many messages are read first. */
const pageLimits: RowLimits = { maxRows: 1_000, maxBytes: 4_194_304 };
const firstRows = 20;

/**
 * Projects a queue again, in order, as if its messages came from Kafka now: all messages
 * up to the first that still fails, in one transaction, page by page. Like a projector, it locks the
 * aggregate's row before it reads the queue, so that no projector adds to the queue, or
 * finds it empty, in between. An aggregate that does not exist has no row to lock: a message
 * that arrives at that moment may stay behind as PARKED, in order, for another retry.
 */
export const retryQueue = (
  pool: Pool,
  projections: Projections,
  queue: DeadLetterQueue,
  limits: RowLimits = pageLimits,
): Promise<RetryResult> =>
  withoutConflict(() =>
    inTransaction(pool, async (connection) => {
      await passGate(connection);
      const projection = projectionOf(projections, queue.aggregateType);
      // A message that named no aggregate to an older program may name one to this program.
      let aggregateId = "aggregateId" in queue ? queue.aggregateId : undefined;
      if (aggregateId !== undefined) await projection.lockVersion(connection, aggregateId);
      let [projected, duplicates, afterId, maxRows] = [0, 0, 0, Math.min(firstRows, limits.maxRows)];
      for (;;) {
        const { rows, isWhole } = await lockPage(connection, queue, afterId, { ...limits, maxRows });
        const page = await retryPage(connection, projection, rows);
        projected += page.projected;
        duplicates += page.duplicates;
        aggregateId ??= page.aggregateId;
        afterId = rows.at(-1)?.id ?? afterId;
        maxRows = nextMaxRows(maxRows, rows.length, limits.maxRows);
        if (page.failed === null && !isWhole) continue;

        if (!isWhole) await park(connection, queue, afterId);
        const version = aggregateId === undefined ? 0 : await projection.lockVersion(connection, aggregateId);
        return {
          aggregate_type: projection.aggregateType,
          aggregate_id: aggregateId ?? null,
          projected,
          duplicates,
          remaining: await countQueue(connection, queue),
          version: version === 0 ? null : version,
          failed: page.failed,
        };
      }
    }),
  );

type QueuedRow = StoredMessageRow & { readonly id: number; readonly version: number | null; readonly bytes: number };

/** Returns the condition of the queue's dead letters. */
const inQueue = (queue: DeadLetterQueue): Required<Statement> =>
  "aggregateId" in queue
    ? { sql: "aggregate_type = ? AND aggregate_id = ?", values: [queue.aggregateType, uuidToBytes(queue.aggregateId)] }
    : { sql: "id = ?", values: [queue.id] };

/** Locks and returns the queue's first dead letters after an id, within the limits. */
const lockPage = async (
  connection: PoolConnection,
  queue: DeadLetterQueue,
  afterId: number,
  limits: RowLimits,
): Promise<{ readonly rows: readonly QueuedRow[]; readonly isWhole: boolean }> => {
  const { sql, values } = inQueue(queue);
  const { limit, keepWhile, isWhole } = rowPage(limits);
  const bytes = "COALESCE(LENGTH(message_key), 0) + JSON_STORAGE_SIZE(headers) + COALESCE(LENGTH(value), 0) AS bytes";
  const rows = await readRowsOn(connection)<QueuedRow>(
    {
      sql: `SELECT id, ${messageColumns}, version, ${bytes} FROM dead_letters WHERE ${sql} AND id > ? ORDER BY id LIMIT ? FOR UPDATE`,
      values: [...values, afterId, limit],
    },
    keepWhile,
  );
  return { rows, isWhole: isWhole() };
};

type RetriedPage = Pick<RetryResult, "projected" | "duplicates" | "failed"> & {
  /** The aggregate that one of the messages names. */
  readonly aggregateId: string | undefined;
};

/** Projects dead letters, deletes those that need no further retry, and stores why the others failed. */
const retryPage = async (connection: PoolConnection, projection: Projection, rows: readonly QueuedRow[]): Promise<RetriedPage> => {
  const queued = rows.map((row) => ({ row, message: toMessage(row) }));
  const incoming = await projection.open(queued.map(({ message }) => readMessage(message)));
  const { reads, project } = projection.prepareRetry(incoming);
  const { result, writes } = project(await runTogether(connection, reads));
  await writeTogether(connection, writes);

  const failures = new Map(result.deadLetters.map((deadLetter) => [deadLetter.message, deadLetter]));
  const failed = queued.flatMap(({ row, message }) => {
    const deadLetter = failures.get(message);
    return deadLetter === undefined ? [] : [{ id: row.id, version: row.version, reason_code: deadLetter.code, reason: deadLetter.reason }];
  });
  const failedIds = new Set(failed.map(({ id }) => id));
  await deleteRows(
    connection,
    rows.map(({ id }) => id).filter((id) => !failedIds.has(id)),
  );
  for (const { id, reason_code, reason } of failed) {
    await run(connection, "UPDATE dead_letters SET reason_code = ?, reason = ? WHERE id = ?", [reason_code, reason.slice(0, 8_000), id]);
  }
  return {
    projected: result.projected.length,
    duplicates: result.duplicates,
    failed: failed[0] ?? null,
    aggregateId: incoming.map(aggregateIdOf).find((told) => told !== undefined),
  };
};

/** Lets the queue's dead letters after an id wait behind a message that still fails. */
const park = async (connection: PoolConnection, queue: DeadLetterQueue, afterId: number): Promise<void> => {
  const { sql, values } = inQueue(queue);
  const { code, message } = parkedError();
  await run(connection, `UPDATE dead_letters SET reason_code = ?, reason = ? WHERE ${sql} AND id > ?`, [code, message, ...values, afterId]);
};

const countQueue = async (connection: PoolConnection, queue: DeadLetterQueue): Promise<number> => {
  const { sql, values } = inQueue(queue);
  const [row] = await run<(RowDataPacket & { readonly letters: number })[]>(
    connection,
    `SELECT COUNT(*) AS letters FROM dead_letters WHERE ${sql}`,
    values,
  );
  return row?.letters ?? 0;
};

const deleteRows = async (connection: PoolConnection, ids: readonly number[]): Promise<void> => {
  if (ids.length > 0) await run(connection, `${deleteByKeys("dead_letters")} WHERE id IN (?)`, [ids]);
};

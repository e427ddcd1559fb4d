import {
  inTransaction,
  readRowsFrom,
  readRowsOn,
  run,
  type Statement,
  uuidToBytes,
  withConnection,
  withoutConflict,
  writeTogether,
} from "@cart/mysql";
import type { Pool, PoolConnection, ResultSetHeader } from "mysql2/promise";
import { shardOf } from "../outbox/shardOf.ts";
import { lockStreams } from "../streams/lockStreams.ts";
import { readMoves, shareGate } from "../tenants/tenantGate.ts";
import { type ArchivedStream, eventsPerTransaction, readInState } from "./archivedStreams.ts";
import {
  ArchiveDamagedError,
  archiveKey,
  type ArchiveStorage,
  decodeArchive,
  digestOfEvents,
  encodeArchive,
  type StoredEvent,
} from "./archiveObject.ts";
import { findUnpublished } from "./idleStreams.ts";
import { readStoredEvents, type StreamId } from "./storedEvents.ts";

/** The message by which subscribers learn that a stream was archived. It follows the stream's last event, and is not stored as one. */
export type ArchiveNotice = {
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** The data of the message, given the key of the object. */
  readonly dataOf: (objectKey: string) => unknown;
  readonly metadata: unknown;
  readonly at: Date;
};

export type StreamToArchive = StreamId & {
  readonly tenantId: string;
  /** The version that was judged. A stream that has another one by now is left alone. */
  readonly version: number;
  readonly notice: ArchiveNotice;
  /** Whether the stored events may be archived as they are: for example not while one of them waits to be encrypted. */
  readonly accepts?: (events: readonly StoredEvent[]) => boolean;
};

/**
 * - `archived`: the object has the stream, and the event store does not;
 * - `changed`: the stream has got events, or another process has archived it;
 * - `unpublished`: a row of it is in the outbox;
 * - `moving`: its tenant moves to another event store, or has moved;
 * - `refused`: `accepts` was false.
 *
 * Unless it was archived, the stream is as it was, and its object may exist too.
 */
export type ArchiveOutcome = "archived" | "changed" | "unpublished" | "moving" | "refused";

/**
 * Moves a stream to the archive. Its object is written, read back and compared before a transaction removes anything, and that
 * transaction compares the stored events with the object once more, behind a lock that keeps every append out. So whatever dies
 * whenever: the stream is whole in the event store or in the object, or in both. Run it again, and it does what is left.
 *
 * The transaction inserts the stream's row of `archived_streams` and its notice in the outbox, and deletes its snapshots and its
 * first events, all or nothing. The events of a long stream are deleted in several transactions: what is left of it meanwhile
 * is no stream to any reader. Throws `ArchiveDamagedError`, and the errors of the storage.
 */
export const archiveStream = async (pool: Pool, storage: ArchiveStorage, stream: StreamToArchive): Promise<ArchiveOutcome> => {
  const { version, accepts } = stream;
  const events = await readStoredEvents(readRowsFrom(pool), stream);
  if (events.length !== version || events.at(-1)?.version !== version) return "changed";
  if (accepts?.(events) === false) return "refused";
  const sha256 = digestOfEvents(events);
  const objectKey = await storeObject(storage, stream, { events, sha256 });
  const outcome = await withoutConflict(() => beginRemoval(pool, stream, { objectKey, sha256 }));
  if (outcome !== "archived") return outcome;
  if (version > eventsPerTransaction) await removeRest(pool, stream);
  await endRemoval(pool, stream);
  return outcome;
};

/**
 * Stores the stream's object, reads it back and compares it. Resolves to its key. The key of the version may have other events of the
 * same stream, and no object is replaced: an event store that lost events and was restored gives their versions to new events, and
 * `seal-stored` changes what a restored stream has. Then the stream gets a key that names its events too.
 */
const storeObject = async (
  storage: ArchiveStorage,
  stream: StreamToArchive,
  { events, sha256 }: { readonly events: readonly StoredEvent[]; readonly sha256: Buffer },
): Promise<string> => {
  const { aggregateType, aggregateId, tenantId } = stream;
  const own = archiveKey(stream, sha256);
  for (const objectKey of [archiveKey(stream), own]) {
    await storage.put(objectKey, await encodeArchive({ aggregateType, aggregateId, tenantId, events }));
    const found = await decodeArchive(objectKey, await storage.get(objectKey));
    if (found.sha256.equals(sha256)) return objectKey;
    if (found.aggregateId !== aggregateId) throw new ArchiveDamagedError(objectKey, "has the events of another stream");
  }
  throw new ArchiveDamagedError(own, "has other events than the event store");
};

/** Ends the removal of streams whose job was killed. Resolves to their number. */
export const finishRemovals = async (pool: Pool, aggregateType: string, signal: AbortSignal): Promise<number> => {
  for (let finished = 0; ;) {
    const streams = await readInState(readRowsFrom(pool), { aggregateType, state: "REMOVING", limit: 100 });
    if (streams.length === 0) return finished;
    for (const stream of streams) {
      signal.throwIfAborted();
      await finishRemoval(pool, stream);
      finished += 1;
    }
  }
};

const beginRemoval = (
  pool: Pool,
  stream: StreamToArchive,
  { objectKey, sha256 }: Pick<ArchivedStream, "objectKey" | "sha256">,
): Promise<ArchiveOutcome> =>
  withConnection(pool, async (connection) => {
    const { aggregateType, aggregateId, version } = stream;
    const undo = async (outcome: ArchiveOutcome): Promise<ArchiveOutcome> => {
      await run(connection, "ROLLBACK");
      return outcome;
    };
    // Only REPEATABLE READ locks the gap behind the last event. New streams whose ids belong into that gap wait until the end of this
    // transaction, so it makes as few round trips as it can.
    await writeTogether(connection, [{ sql: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ" }, { sql: "START TRANSACTION" }]);
    // First of all locks, as in every append. It keeps a move from beginning, which would find the stream in two places.
    await shareGate(connection);
    await lockStreams(connection, aggregateType, new Map([[aggregateId, { version }]]));
    const stored = await readStoredEvents(readRowsOn(connection), stream, "FOR UPDATE");
    if (!digestOfEvents(stored).equals(sha256)) return undo("changed");
    if ((await findUnpublished(readRowsOn(connection), aggregateType, [aggregateId])).size > 0) return undo("unpublished");
    if ((await readMoves(connection, [stream.tenantId])).length > 0) return undo("moving");
    await writeTogether(connection, [
      ...insertTombstone(stream, { objectKey, sha256 }),
      { sql: "DELETE FROM snapshots WHERE aggregate_id = ? AND aggregate_type = ?", values: [uuidToBytes(aggregateId), aggregateType] },
      deleteEvents(stream),
    ]);
    await run(connection, "COMMIT");
    return "archived";
  });

const insertTombstone = (
  { aggregateType, aggregateId, tenantId, version, notice }: StreamToArchive,
  { objectKey, sha256 }: Pick<ArchivedStream, "objectKey" | "sha256">,
): readonly Statement[] => {
  const [id, eventId] = [uuidToBytes(aggregateId), uuidToBytes(notice.eventId)];
  const data = JSON.stringify(notice.dataOf(objectKey));
  const { type, schemaVersion, metadata, at } = notice;
  return [
    {
      sql: `INSERT INTO archived_streams (aggregate_id, aggregate_type, state, tenant_id, version, object_key, sha256, event_id, schema_version, event_data, archived_at)
     VALUES (?)`,
      values: [[id, aggregateType, "REMOVING", tenantId, version, objectKey, sha256, eventId, schemaVersion, data, at]],
    },
    {
      sql: `INSERT INTO outbox (event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at, shard)
     VALUES (?)`,
      values: [[eventId, id, aggregateType, version + 1, type, schemaVersion, data, JSON.stringify(metadata), at, shardOf(id)]],
    },
  ];
};

/** Deletes the first events of a stream. From the first event on: what is left has a gap, so no program takes it for a stream. */
const deleteEvents = ({ aggregateType, aggregateId }: StreamId): Required<Statement> => ({
  sql: "DELETE FROM events WHERE aggregate_id = ? AND aggregate_type = ? ORDER BY version LIMIT ?",
  values: [uuidToBytes(aggregateId), aggregateType, eventsPerTransaction],
});

/** Deletes what is left of a stream that is being removed. */
export const finishRemoval = async (pool: Pool, stream: StreamId): Promise<void> => {
  await removeRest(pool, stream);
  await endRemoval(pool, stream);
};

const ofRemoved = "aggregate_id = ? AND aggregate_type = ? AND state = 'REMOVING'";

const removeRest = async (pool: Pool, stream: StreamId): Promise<void> => {
  const scope = [uuidToBytes(stream.aggregateId), stream.aggregateType];
  for (let deleted = eventsPerTransaction; deleted === eventsPerTransaction;) {
    deleted = await withoutConflict(() =>
      inTransaction(pool, async (connection) => {
        // Another process may have ended the removal, and have restored the stream since.
        const rows = await readRowsOn(connection)({ sql: `SELECT 1 FROM archived_streams WHERE ${ofRemoved} FOR UPDATE`, values: scope });
        const { sql, values } = deleteEvents(stream);
        return rows.length === 0 ? 0 : (await run<ResultSetHeader>(connection, sql, values)).affectedRows;
      }),
    );
  }
};

/** Deletes the answers of a stream without events, and lets it count as archived. */
const endRemoval = async (pool: Pool, stream: StreamId): Promise<void> => {
  const scope = [uuidToBytes(stream.aggregateId), stream.aggregateType];
  // Each by itself: an append locks its answers before its events, so a transaction that has locked events must not wait for answers.
  const end = (connection: PoolConnection): Promise<unknown> =>
    writeTogether(connection, [
      {
        sql: `DELETE k FROM archived_streams a JOIN idempotency_keys k ON k.aggregate_id = a.aggregate_id AND k.aggregate_type = a.aggregate_type
       WHERE a.aggregate_id = ? AND a.aggregate_type = ? AND a.state = 'REMOVING'`,
        values: scope,
      },
      { sql: `UPDATE archived_streams SET state = 'ARCHIVED' WHERE ${ofRemoved}`, values: scope },
    ]);
  await withoutConflict(() => withConnection(pool, end));
};

import { inTransaction, readRowsFrom, readRowsOn, run, uuidToBytes } from "@cart/mysql";
import type { Pool, PoolConnection, ResultSetHeader } from "mysql2/promise";
import { type ArchivedStream, type ArchiveState, eventsPerTransaction, readArchived } from "./archivedStreams.ts";
import { ArchiveDamagedError, type ArchiveStorage, decodeArchive, digestOfEvents, type StoredEvent } from "./archiveObject.ts";
import { finishRemoval } from "./archiveStream.ts";
import { findUnpublished } from "./idleStreams.ts";
import { insertStoredEvents, readStoredEvents, type StreamId } from "./storedEvents.ts";

/**
 * Brings a stream back from the archive, with every event as it was, and publishes its events again, so that subscribers, who have
 * dropped it, begin with its first event. Until its last transaction the stream counts as archived; that transaction compares what is
 * stored with the object. It may be interrupted at any moment and is run again. The object stays. Resolves to the number of events.
 *
 * Throws if the stream is not archived, if the message of its archiving is not published yet, and `ArchiveDamagedError`.
 */
export const restoreStream = async (pool: Pool, storage: Pick<ArchiveStorage, "get">, stream: StreamId): Promise<number> => {
  const read = readRowsFrom(pool);
  const [archived] = await readArchived(read, stream.aggregateType, [stream.aggregateId]);
  if (archived === undefined) throw new Error(`the stream ${stream.aggregateId} is not in the archive`);
  const { events, sha256, ...history } = await decodeArchive(archived.objectKey, await storage.get(archived.objectKey));
  if (!sha256.equals(archived.sha256) || history.aggregateId !== stream.aggregateId)
    throw new ArchiveDamagedError(archived.objectKey, "has other events than were archived");
  await finishRemoval(pool, stream);
  if (archived.state !== "RESTORING") await beginRestore(pool, archived);
  for (;;) {
    const isComplete = await inTransaction(pool, (connection) => insertSome(connection, archived, events));
    if (isComplete) break;
  }
  return events.length;
};

const beginRestore = async (pool: Pool, stream: ArchivedStream): Promise<void> => {
  // Its message has to be before those of its events, and the relay does not skip a row of a stream.
  if ((await findUnpublished(readRowsFrom(pool), stream.aggregateType, [stream.aggregateId])).size > 0)
    throw new Error(
      "subscribers have not been told yet that the stream was archived: run the command again when the relay has published it",
    );
  await inTransaction(pool, (connection) => advance(connection, stream, "ARCHIVED", "RESTORING"));
};

/** Inserts the next events, and ends the restore with the last ones, all or nothing. Resolves to whether the stream has all of them. */
const insertSome = async (connection: PoolConnection, stream: ArchivedStream, events: readonly StoredEvent[]): Promise<boolean> => {
  const [row] = await readRowsOn(connection)({
    sql: "SELECT 1 FROM archived_streams WHERE aggregate_id = ? AND aggregate_type = ? AND state = 'RESTORING' FOR UPDATE",
    values: [uuidToBytes(stream.aggregateId), stream.aggregateType],
  });
  if (row === undefined) throw new Error("another process has restored the stream");
  const stored = await readStoredEvents(readRowsOn(connection), stream);
  const next = events.slice(stored.length, stored.length + eventsPerTransaction);
  await insertStoredEvents(connection, stream, next);
  if (stored.length + next.length < events.length) return false;
  await endRestore(connection, stream);
  return true;
};

const endRestore = async (connection: PoolConnection, stream: ArchivedStream): Promise<void> => {
  const stored = await readStoredEvents(readRowsOn(connection), stream, "FOR UPDATE");
  if (!digestOfEvents(stored).equals(stream.sha256))
    throw new ArchiveDamagedError(stream.objectKey, "has other events than the event store after the restore");
  await run(connection, "DELETE FROM archived_streams WHERE aggregate_id = ? AND aggregate_type = ? AND state = 'RESTORING'", [
    uuidToBytes(stream.aggregateId),
    stream.aggregateType,
  ]);
};

const advance = async (connection: PoolConnection, stream: StreamId, before: ArchiveState, after: ArchiveState): Promise<void> => {
  const { affectedRows } = await run<ResultSetHeader>(
    connection,
    "UPDATE archived_streams SET state = ? WHERE aggregate_id = ? AND aggregate_type = ? AND state = ?",
    [after, uuidToBytes(stream.aggregateId), stream.aggregateType, before],
  );
  if (affectedRows === 0) throw new Error("another process has changed the stream in the archive: run the command again");
};

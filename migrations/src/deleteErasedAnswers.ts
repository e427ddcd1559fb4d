import type { Connection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { connectionOf, onServer } from "./migrator.ts";

/** Streams whose keys are looked up at once. */
const streamsAtOnce = 200;

type StreamRow = RowDataPacket & { readonly aggregate_id: Buffer };
type KeyRow = RowDataPacket & { readonly aggregate_id: Buffer; readonly key_id: Buffer };

/**
 * Deletes the answers to requests on streams with an event of an erased shopper. An erasure deletes them, because a key and the hash of
 * a request can be computed by whoever knows the user id, and a backup of the time before brings them back. Nothing else that an erasure
 * clears in the event store is in a backup whose events are encrypted. Resolves to the number of answers.
 */
export const deleteErasedAnswers = (urls: { readonly eventstore: string; readonly keystore: string }): Promise<number> =>
  onServer(connectionOf(urls.keystore), (keyStore) =>
    onServer(connectionOf(urls.eventstore), async (eventStore) => {
      let deleted = 0;
      let after: Buffer = Buffer.alloc(0);
      for (;;) {
        const [streams] = await eventStore.query<StreamRow[]>(
          "SELECT DISTINCT aggregate_id FROM idempotency_keys WHERE aggregate_id > ? ORDER BY aggregate_id LIMIT ?",
          [after, streamsAtOnce],
        );
        const last = streams.at(-1);
        if (last === undefined) return deleted;
        deleted += await deleteAnswers(eventStore, await erasedAmong({ eventStore, keyStore }, streams));
        after = last.aggregate_id;
      }
    }),
  );

/** Returns the ids of those of the streams (at least one) of which an event names a key that was destroyed. */
const erasedAmong = async (
  { eventStore, keyStore }: { readonly eventStore: Connection; readonly keyStore: Connection },
  streams: readonly StreamRow[],
): Promise<readonly Buffer[]> => {
  const [named] = await eventStore.query<KeyRow[]>(
    `SELECT DISTINCT e.aggregate_id, UUID_TO_BIN(part.key_id) AS key_id
     FROM events e JOIN JSON_TABLE(e.event_data, '$.sealed[*]' COLUMNS (key_id CHAR(36) PATH '$.key')) part
     WHERE e.aggregate_id IN (?) AND IS_UUID(part.key_id)`,
    [streams.map(({ aggregate_id: id }) => id)],
  );
  if (named.length === 0) return [];
  const [destroyed] = await keyStore.query<KeyRow[]>("SELECT key_id FROM shopper_keys WHERE key_id IN (?) AND destroyed_at IS NOT NULL", [
    named.map(({ key_id: id }) => id),
  ]);
  const gone = new Set(destroyed.map(({ key_id: id }) => id.toString("hex")));
  return named.filter(({ key_id: id }) => gone.has(id.toString("hex"))).map(({ aggregate_id: id }) => id);
};

const deleteAnswers = async (eventStore: Connection, ids: readonly Buffer[]): Promise<number> => {
  if (ids.length === 0) return 0;
  const [{ affectedRows }] = await eventStore.query<ResultSetHeader>("DELETE FROM idempotency_keys WHERE aggregate_id IN (?)", [ids]);
  return affectedRows;
};

import type { Connection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { connectionOf, onServer } from "./migrator.ts";

/** Streams whose keys are looked up at once. */
const streamsAtOnce = 200;

type StreamRow = RowDataPacket & { readonly aggregate_id: Buffer };
type KeyRow = RowDataPacket & { readonly aggregate_id: Buffer; readonly key_id: Buffer };

/** What a restored event store has learned from the key store. */
export type RecalledErasures = { readonly answers: number; readonly keys: number };

/**
 * Lets a restored event store know of the erasures since its backup. It deletes the answers to requests on streams with an event of an
 * erased shopper, as the erasure did: whoever knows the user id can compute a key and the hash of a request. It records the keys that
 * are destroyed. Nothing else that an erasure clears in the event store is in a backup whose events are encrypted.
 */
export const recallErasures = (urls: { readonly eventstore: string; readonly keystore: string }): Promise<RecalledErasures> =>
  onServer(connectionOf(urls.keystore), (keyStore) =>
    onServer(connectionOf(urls.eventstore), async (eventStore) => ({
      answers: await deleteErasedAnswers({ eventStore, keyStore }),
      keys: await recordDestroyedKeys({ eventStore, keyStore }),
    })),
  );

type Stores = { readonly eventStore: Connection; readonly keyStore: Connection };

const deleteErasedAnswers = async (stores: Stores): Promise<number> => {
  let deleted = 0;
  let after: Buffer = Buffer.alloc(0);
  for (;;) {
    const [streams] = await stores.eventStore.query<StreamRow[]>(
      "SELECT DISTINCT aggregate_id FROM idempotency_keys WHERE aggregate_id > ? ORDER BY aggregate_id LIMIT ?",
      [after, streamsAtOnce],
    );
    const last = streams.at(-1);
    if (last === undefined) return deleted;
    deleted += await deleteAnswers(stores.eventStore, await erasedAmong(stores, streams));
    after = last.aggregate_id;
  }
};

/** Keys that are recorded at once. */
const keysAtOnce = 1_000;

const recordDestroyedKeys = async ({ eventStore, keyStore }: Stores): Promise<number> => {
  let recorded = 0;
  let after: Buffer = Buffer.alloc(0);
  for (;;) {
    const [keys] = await keyStore.query<(RowDataPacket & { readonly key_id: Buffer })[]>(
      "SELECT key_id FROM shopper_keys WHERE key_id > ? AND destroyed_at IS NOT NULL ORDER BY key_id LIMIT ?",
      [after, keysAtOnce],
    );
    const last = keys.at(-1);
    if (last === undefined) return recorded;
    const [{ affectedRows }] = await eventStore.query<ResultSetHeader>("INSERT IGNORE INTO destroyed_keys (key_id) VALUES ?", [
      keys.map(({ key_id: id }) => [id]),
    ]);
    recorded += affectedRows;
    after = last.key_id;
  }
};

/** Returns the ids of those of the streams (at least one) of which an event names a key that was destroyed. */
const erasedAmong = async ({ eventStore, keyStore }: Stores, streams: readonly StreamRow[]): Promise<readonly Buffer[]> => {
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

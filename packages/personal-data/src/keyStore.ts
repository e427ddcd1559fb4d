import { randomBytes, randomUUID } from "node:crypto";
import { bytesToUuid, inTransaction, isDuplicateKey, run, type Statement, uuidToBytes, withConnection, withoutConflict } from "@cart/mysql";
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { keyBytes } from "./cipher.ts";
import type { MasterKeys, WrappedKey } from "./masterKeys.ts";

/** A key of a shopper as the key store has it. */
export type KeyRow = WrappedKey & { readonly keyId: string; readonly shopper: Buffer };

/** What the key store knows of a key: an id that it does not know has no entry. */
export type FoundKey = WrappedKey | "destroyed";

/** The tables of the key store with their columns, for readiness checks. */
export const keyStoreTables = {
  shopper_keys: ["key_id", "shopper", "master_key_id", "wrapped", "created_at", "destroyed_at"],
  lookup_keys: ["id", "master_key_id", "wrapped"],
} as const;

/** The name under which a shopper's key is wrapped. */
export const nameOfKey = (keyId: string): string => `shopper key ${keyId}`;

/** The name under which the user id of an erasure is wrapped. */
export const nameOfErasure = (erasureId: string): string => `erasure ${erasureId}`;

const nameOfLookupKey = "the lookup key";

export const newKeyId = (): string => randomUUID();

/** Returns a statement that stores keys (at least one), for the transaction of the append that uses them first. */
export const insertKeys = (database: string, rows: readonly KeyRow[]): Statement => ({
  sql: "INSERT INTO ??.shopper_keys (key_id, shopper, master_key_id, wrapped) VALUES ?",
  values: [database, rows.map(({ keyId, shopper, masterKeyId, wrapped }) => [uuidToBytes(keyId), shopper, masterKeyId, wrapped])],
});

/** Returns a statement that stores whose aggregates (at least one) were before others claimed them. */
export const insertClaimed = (
  database: string,
  claimed: readonly { readonly shopper: Buffer; readonly aggregateId: string }[],
): Statement => ({
  sql: "INSERT IGNORE INTO ??.claimed_streams (shopper, aggregate_id) VALUES ?",
  values: [database, claimed.map(({ shopper, aggregateId }) => [shopper, uuidToBytes(aggregateId)])],
});

/**
 * Returns a statement that fails, by a subquery with several rows, unless all keys (at least one) exist and are not
 * destroyed. They cannot be destroyed until the transaction ends. It names the index, because MySQL would read a small table as a whole,
 * and so wait for every append that stores a new key.
 */
export const requireKeys = (database: string, keyIds: readonly string[]): Statement => ({
  sql: `DO IF((SELECT COUNT(*) FROM ??.shopper_keys FORCE INDEX (PRIMARY) WHERE key_id IN (?) AND destroyed_at IS NULL FOR SHARE) = ?,
      0, (SELECT 1 UNION ALL SELECT 2))`,
  values: [database, keyIds.map(uuidToBytes), keyIds.length],
});

type FoundRow = RowDataPacket & {
  readonly key_id: Buffer;
  readonly master_key_id: string | null;
  readonly wrapped: Buffer | null;
};

export const findKeys = async (pool: Pool, keyIds: readonly string[]): Promise<ReadonlyMap<string, FoundKey>> => {
  const rows = await withConnection(pool, (connection) =>
    run<FoundRow[]>(connection, "SELECT key_id, master_key_id, wrapped FROM shopper_keys WHERE key_id IN (?)", [keyIds.map(uuidToBytes)]),
  );
  return new Map(
    rows.map(({ key_id, master_key_id: masterKeyId, wrapped }): [string, FoundKey] => [
      bytesToUuid(key_id),
      masterKeyId === null || wrapped === null ? "destroyed" : { masterKeyId, wrapped },
    ]),
  );
};

/** Records ids of keys outside of the key store, for good. */
export type RecordKeys = (keyIds: readonly string[]) => Promise<unknown>;

type IdRow = RowDataPacket & { readonly key_id: Buffer };

/**
 * Destroys all keys of a shopper and returns their number. It waits for the appends that are about to use one. `record` is called with
 * the ids of the keys before they are destroyed, while no other program can change them. `destroyedKeys` returns their ids until
 * `forgetDestroyed`.
 */
export const destroyKeys = async (pool: Pool, shopper: Buffer, record?: RecordKeys): Promise<number> =>
  inTransaction(pool, async (connection) => {
    const rows = await run<IdRow[]>(connection, "SELECT key_id FROM shopper_keys WHERE shopper = ? AND destroyed_at IS NULL FOR UPDATE", [
      shopper,
    ]);
    if (rows.length === 0) return 0;
    await record?.(rows.map(({ key_id: id }) => bytesToUuid(id)));
    const { affectedRows } = await run<ResultSetHeader>(
      connection,
      "UPDATE shopper_keys SET master_key_id = NULL, wrapped = NULL, destroyed_at = NOW(6) WHERE shopper = ? AND destroyed_at IS NULL",
      [shopper],
    );
    return affectedRows;
  });

/**
 * Destroys keys (at least one) that were destroyed once, which a key store that was restored from a backup may have again or may never
 * have had. Resolves to how many of them it did not know as destroyed.
 */
export const destroyAgain = (pool: Pool, keyIds: readonly string[]): Promise<number> =>
  withoutConflict(() =>
    inTransaction(pool, async (connection) => {
      const rows = await run<IdRow[]>(connection, "SELECT key_id FROM shopper_keys WHERE key_id IN (?) AND destroyed_at IS NOT NULL", [
        keyIds.map(uuidToBytes),
      ]);
      const destroyed = new Set(rows.map(({ key_id: id }) => bytesToUuid(id)));
      const forgotten = keyIds.filter((keyId) => !destroyed.has(keyId));
      if (forgotten.length === 0) return 0;
      await run(
        connection,
        `INSERT INTO shopper_keys (key_id, destroyed_at) VALUES ? ON DUPLICATE KEY UPDATE
           shopper = NULL, master_key_id = NULL, wrapped = NULL, destroyed_at = COALESCE(destroyed_at, VALUES(destroyed_at))`,
        [forgotten.map((keyId) => [uuidToBytes(keyId), new Date()])],
      );
      return forgotten.length;
    }),
  );

/** Keys that are read at once. */
const keysPerPage = 1_000;

/** Returns the ids of the keys that were destroyed, page by page. */
export async function* readDestroyedKeys(pool: Pool): AsyncGenerator<readonly string[]> {
  let after: Buffer = Buffer.alloc(0);
  for (;;) {
    const rows = await withConnection(pool, (connection) =>
      run<IdRow[]>(connection, "SELECT key_id FROM shopper_keys WHERE key_id > ? AND destroyed_at IS NOT NULL ORDER BY key_id LIMIT ?", [
        after,
        keysPerPage,
      ]),
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ key_id: id }) => bytesToUuid(id));
    after = last.key_id;
  }
}

/** Returns the ids of the keys of a shopper that were destroyed by an erasure that is under way. */
export const destroyedKeys = async (pool: Pool, shopper: Buffer): Promise<readonly string[]> => {
  const rows = await withConnection(pool, (connection) =>
    run<IdRow[]>(connection, "SELECT key_id FROM shopper_keys WHERE shopper = ? AND destroyed_at IS NOT NULL", [shopper]),
  );
  return rows.map(({ key_id: id }) => bytesToUuid(id));
};

/** Removes what tells whose the destroyed keys of a shopper were. Keys that were made since are a new person's. */
export const forgetDestroyed = async (connection: PoolConnection, shopper: Buffer): Promise<void> =>
  void (await run(connection, "UPDATE shopper_keys SET shopper = NULL WHERE shopper = ? AND destroyed_at IS NOT NULL", [shopper]));

type WrappedRow = RowDataPacket & { readonly key_id: Buffer; readonly master_key_id: string; readonly wrapped: Buffer };

/** Returns the key by which shoppers are looked up. The first program that asks creates it. Throws a `MasterKeyError`. */
export const openLookupKey = async (pool: Pool, masterKeys: MasterKeys): Promise<Buffer> => {
  const stored = await findLookupKey(pool);
  if (stored !== undefined) return masterKeys.unwrap(nameOfLookupKey, stored);
  const { masterKeyId, wrapped } = await masterKeys.wrap(nameOfLookupKey, randomBytes(keyBytes));
  try {
    await inTransaction(pool, (connection) =>
      run(connection, "INSERT INTO lookup_keys (id, master_key_id, wrapped) VALUES (1, ?, ?)", [masterKeyId, wrapped]),
    );
  } catch (error) {
    // Another program was first: its key counts.
    if (!isDuplicateKey(error)) throw error;
  }
  return openLookupKey(pool, masterKeys);
};

/** Throws a `MasterKeyError` if the key store has a lookup key, and these master keys do not unwrap it. */
export const assertMasterKeys = async (pool: Pool, masterKeys: MasterKeys): Promise<void> => {
  const stored = await findLookupKey(pool);
  if (stored !== undefined) await masterKeys.unwrap(nameOfLookupKey, stored);
};

const findLookupKey = async (pool: Pool): Promise<WrappedKey | undefined> => {
  const [row] = await withConnection(pool, (connection) =>
    run<WrappedRow[]>(connection, "SELECT master_key_id, wrapped FROM lookup_keys WHERE id = 1"),
  );
  return row === undefined ? undefined : { masterKeyId: row.master_key_id, wrapped: row.wrapped };
};

/**
 * Wraps keys that another master key wrapped by the current one: the lookup key, the user ids of open
 * erasures, and at most `limit` keys of shoppers. Returns how
 * many keys of shoppers it read; fewer than `limit` means that none is left. It may be cut short at any time and run again, also in several programs at once.
 */
export const rewrapKeys = async (pool: Pool, masterKeys: MasterKeys, limit: number): Promise<number> => {
  await rewrapLookupKey(pool, masterKeys);
  await rewrapErasures(pool, masterKeys);
  return withConnection(pool, async (connection) => {
    const rows = await run<WrappedRow[]>(
      connection,
      "SELECT key_id, master_key_id, wrapped FROM shopper_keys WHERE master_key_id < ? OR master_key_id > ? LIMIT ?",
      [masterKeys.currentId, masterKeys.currentId, limit],
    );
    for (const row of rows) await rewrapKey(connection, masterKeys, row);
    return rows.length;
  });
};

/** The condition on the former master key leaves a key alone that was destroyed or wrapped again in the meantime. */
const rewrapKey = async (
  connection: PoolConnection,
  masterKeys: MasterKeys,
  { key_id, master_key_id: masterKeyId, wrapped }: WrappedRow,
): Promise<void> => {
  const name = nameOfKey(bytesToUuid(key_id));
  const next = await masterKeys.wrap(name, await masterKeys.unwrap(name, { masterKeyId, wrapped }));
  await run(connection, "UPDATE shopper_keys SET master_key_id = ?, wrapped = ? WHERE key_id = ? AND master_key_id = ?", [
    next.masterKeyId,
    next.wrapped,
    key_id,
    masterKeyId,
  ]);
};

const rewrapLookupKey = async (pool: Pool, masterKeys: MasterKeys): Promise<void> => {
  const stored = await findLookupKey(pool);
  if (stored === undefined || stored.masterKeyId === masterKeys.currentId) return;
  const next = await masterKeys.wrap(nameOfLookupKey, await masterKeys.unwrap(nameOfLookupKey, stored));
  await withConnection(pool, (connection) =>
    run(connection, "UPDATE lookup_keys SET master_key_id = ?, wrapped = ? WHERE id = 1 AND master_key_id = ?", [
      next.masterKeyId,
      next.wrapped,
      stored.masterKeyId,
    ]),
  );
};

/** The condition on the former master key leaves an erasure alone that was completed in the meantime. */
const rewrapErasures = (pool: Pool, masterKeys: MasterKeys): Promise<void> =>
  withConnection(pool, async (connection) => {
    type Row = RowDataPacket & { readonly erasure_id: Buffer; readonly master_key_id: string; readonly wrapped: Buffer };
    const rows = await run<Row[]>(
      connection,
      "SELECT erasure_id, master_key_id, wrapped FROM erasures WHERE completed_at IS NULL AND master_key_id <> ?",
      [masterKeys.currentId],
    );
    for (const { erasure_id: id, master_key_id: masterKeyId, wrapped } of rows) {
      const name = nameOfErasure(bytesToUuid(id));
      const next = await masterKeys.wrap(name, await masterKeys.unwrap(name, { masterKeyId, wrapped }));
      await run(connection, "UPDATE erasures SET master_key_id = ?, wrapped = ? WHERE erasure_id = ? AND master_key_id = ?", [
        next.masterKeyId,
        next.wrapped,
        id,
        masterKeyId,
      ]);
    }
  });

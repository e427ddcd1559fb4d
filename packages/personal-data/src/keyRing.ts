import { hkdfSync, randomBytes } from "node:crypto";
import type { Owner } from "@cart/domain";
import type { Statement } from "@cart/mysql";
import { LRUCache } from "lru-cache";
import type { Pool } from "mysql2/promise";
import { keyBytes } from "./cipher.ts";
import {
  assertMasterKeys,
  findKeys,
  type FoundKey,
  insertClaimed,
  insertKeys,
  type KeyRow,
  nameOfKey,
  newKeyId,
  openLookupKey,
  requireKeys,
} from "./keyStore.ts";
import type { MasterKeys } from "./masterKeys.ts";
import { shopperHash } from "./shopper.ts";

/** A key by its id, to seal with. */
export type SealingKey = { readonly keyId: string; readonly key: Buffer };

/** The keys to open sealed parts with, by their ids. Every id that was asked for has an entry. */
export type OpeningKeys = ReadonlyMap<string, Buffer | "destroyed">;

/** The key store does not have a key that an event names: it was lost or restored to an earlier time. A retry does not help. */
export class KeyMissingError extends Error {
  override readonly name = "KeyMissingError";
}

/** An aggregate, and the owner that it had before another one. */
export type LeftStream = { readonly formerOwner: Owner; readonly aggregateId: string };

export type KeyRing = {
  /**
   * Returns a key of each shopper (at least one), in their order, and what the transaction has to run before it uses them. A shopper that has no
   * key in this process gets a new one, which counts once `committed` is called. `left` are aggregates that go to another owner: an
   * erasure finds them by their former owner.
   */
  readonly sealingKeys: (shoppers: readonly Owner[], left?: readonly LeftStream[]) => Promise<SealingKeys>;
  /** Milliseconds for which a key that was read is used. */
  readonly maxAgeMs: number;
  /** Reads the keys. Throws a `KeyMissingError` or a `MasterKeyError`. */
  readonly openingKeys: (keyIds: readonly string[]) => Promise<OpeningKeys>;
  /**
   * Returns 32 secret bytes for a purpose, the same in every process for as long as the key store is not lost. A change of the master
   * key does not change them. Throws a `MasterKeyError`.
   */
  readonly secretFor: (purpose: string) => Promise<Buffer>;
  /** Rejects with a `MasterKeyError` if the keys in the key store are wrapped by other master keys. */
  readonly assertMasterKeys: () => Promise<void>;
};

export type SealingKeys = {
  readonly keys: readonly SealingKey[];
  /** Store the new keys, and fail by a subquery with several rows if one of the others was destroyed. */
  readonly statements: readonly Statement[];
  /** Call it after the transaction is committed. */
  readonly committed: () => void;
  /** Call it if the transaction failed by a conflict: a shopper whose key was destroyed then gets a new one. */
  readonly conflicted: () => Promise<void>;
};

export type KeyRingOptions = {
  /** Connections to the key store. */
  readonly pool: Pool;
  /** The name of the key store's database on the server of the event store. */
  readonly database: string;
  readonly masterKeys: MasterKeys;
  /** Upper limit of keys in memory, for each of the two directions. */
  readonly maxKeys?: number;
  /** Milliseconds for which a key that was read is used. An erasure takes at least as long until this process has forgotten it. */
  readonly maxAgeMs?: number;
};

/**
 * Creates the keys of a process. To seal, it uses the key that it made for the shopper itself, and never looks one up: a shopper
 * may have a key from each process.
 */
export const createKeyRing = ({ pool, database, masterKeys, maxKeys = 20_000, maxAgeMs = 300_000 }: KeyRingOptions): KeyRing => {
  let opened: Buffer | undefined;
  const lookupKey = async (): Promise<Buffer> => (opened ??= await openLookupKey(pool, masterKeys));
  // By what the shopper is called, because the keyed hash of each shopper of each append would cost as much as the encryption.
  const made = new LRUCache<string, SealingKey>({ max: maxKeys, ttl: maxAgeMs });
  const read = createReadKeys({ pool, masterKeys, maxKeys, maxAgeMs });

  const sealingKeys = async (shoppers: readonly Owner[], left: readonly LeftStream[] = []): Promise<SealingKeys> => {
    const fresh = new Map<string, NewKey>();
    const used: { readonly shopper: string; readonly key: SealingKey }[] = [];
    for (const shopper of shoppers) {
      const name = JSON.stringify([shopper.tenantId, shopper.userId]);
      const known = made.get(name) ?? fresh.get(name)?.key;
      const own = known === undefined ? await makeKey(masterKeys, shopperHash(await lookupKey(), shopper)) : undefined;
      if (own !== undefined) fresh.set(name, own);
      const key = known ?? own?.key;
      if (key !== undefined) used.push({ shopper: name, key });
    }
    const keys = used.map(({ key }) => key);
    const rows = [...fresh.values()].map(({ row }) => row);
    const knownIds = idsWithout(keys, rows);
    return {
      keys,
      statements: [
        ...(knownIds.length === 0 ? [] : [requireKeys(database, knownIds)]),
        ...(rows.length === 0 ? [] : [insertKeys(database, rows)]),
        ...(left.length === 0 ? [] : [insertLeft(database, await lookupKey(), left)]),
      ],
      committed: () => {
        for (const [name, { key }] of fresh) made.set(name, key);
      },
      conflicted: async () => {
        const found = knownIds.length === 0 ? new Map<string, FoundKey>() : await findKeys(pool, knownIds);
        const gone = new Set(knownIds.filter((keyId) => typeof found.get(keyId) !== "object"));
        for (const { shopper, key } of used) if (gone.has(key.keyId)) made.delete(shopper);
        // The shopper may have other keys, by which this process would go on reading who the shopper was.
        if (gone.size > 0) read.clear();
      },
    };
  };

  return {
    sealingKeys,
    openingKeys: read.openingKeys,
    maxAgeMs,
    secretFor: async (purpose) => Buffer.from(hkdfSync("sha256", await lookupKey(), Buffer.alloc(0), purpose, keyBytes)),
    assertMasterKeys: () => assertMasterKeys(pool, masterKeys),
  };
};

/** In a fixed order: two transactions then lock the rows in the same order. */
const insertLeft = (database: string, lookup: Buffer, left: readonly LeftStream[]): Statement =>
  insertClaimed(
    database,
    left
      .map(({ formerOwner, aggregateId }) => ({ shopper: shopperHash(lookup, formerOwner), aggregateId }))
      .toSorted((a, b) => Buffer.compare(a.shopper, b.shopper)),
  );

type NewKey = { readonly key: SealingKey; readonly row: KeyRow };

const makeKey = async (masterKeys: MasterKeys, shopper: Buffer): Promise<NewKey> => {
  const key = { keyId: newKeyId(), key: randomBytes(keyBytes) };
  return { key, row: { keyId: key.keyId, shopper, ...(await masterKeys.wrap(nameOfKey(key.keyId), key.key)) } };
};

/** The ids of the keys that are not in the rows, each once, in a fixed order: two transactions then lock them in the same order. */
const idsWithout = (keys: readonly SealingKey[], rows: readonly KeyRow[]): readonly string[] => {
  const newIds = new Set(rows.map(({ keyId }) => keyId));
  return [...new Set(keys.map(({ keyId }) => keyId))].filter((keyId) => !newIds.has(keyId)).toSorted();
};

/** The keys that this process has read to open sealed parts. */
const createReadKeys = ({ pool, masterKeys, maxKeys, maxAgeMs }: Omit<Required<KeyRingOptions>, "database">) => {
  const read = new LRUCache<string, { readonly key: Buffer | "destroyed" }>({ max: maxKeys, ttl: maxAgeMs });

  const readKey = async (keyId: string, stored: FoundKey | undefined): Promise<Buffer | "destroyed"> => {
    if (stored === undefined)
      throw new KeyMissingError(`the key store does not have the key ${keyId}, which an event names: restore the key store`);
    const key = stored === "destroyed" ? stored : await masterKeys.unwrap(nameOfKey(keyId), stored);
    read.set(keyId, { key });
    return key;
  };

  return {
    openingKeys: async (keyIds: readonly string[]): Promise<OpeningKeys> => {
      const opened = new Map<string, Buffer | "destroyed">();
      const unread = new Set<string>();
      for (const keyId of keyIds) {
        const known = read.get(keyId);
        if (known === undefined) unread.add(keyId);
        else opened.set(keyId, known.key);
      }
      const found = unread.size === 0 ? new Map<string, FoundKey>() : await findKeys(pool, [...unread]);
      for (const keyId of unread) opened.set(keyId, await readKey(keyId, found.get(keyId)));
      return opened;
    },
    clear: () => read.clear(),
  };
};

import { createSchemaCheck, openMysqlPool, queryOf } from "@cart/mysql";
import { milliseconds, mysqlUrl } from "@cart/process-kit";
import { Type } from "typebox";
import { createErasureJournal, type ErasureJournal } from "./erasures/erasureJournal.ts";
import { erasureTables } from "./erasures/erasureTables.ts";
import { createKeyRing, type KeyRing } from "./keyRing.ts";
import { destroyAgain, destroyKeys, keyStoreTables, readDestroyedKeys, type RecordKeys } from "./keyStore.ts";
import { localMasterKeys } from "./masterKeys.ts";

/** The variables of every program that reads personal fields. */
export const keyConfig = {
  KEYSTORE_URL: Type.Optional({ ...mysqlUrl, needs: ["PERSONAL_DATA_KEYS"] }),
  PERSONAL_DATA_KEYS: Type.Optional(
    Type.String({
      needs: ["KEYSTORE_URL"],
      description: "master keys of personal data, ID:KEY with 32 random bytes in base64, comma separated; the first one wraps new keys",
    }),
  ),
  PERSONAL_DATA_CACHE_MS: milliseconds(300_000, {
    minimum: 10,
    maximum: 600_000,
    description: "milliseconds for which keys, and states that they decrypted, stay in memory; the same for every service",
  }),
};

/** The variables of every program that stores personal fields as well. */
export const sealingConfig = {
  ...keyConfig,
  SEAL_PERSONAL_DATA: Type.Boolean({
    default: false,
    needs: ["KEYSTORE_URL"],
    description: "true: personal fields of new events are encrypted; only once every program reads them",
  }),
};

export type KeyConfig = {
  readonly KEYSTORE_URL?: string | undefined;
  readonly PERSONAL_DATA_KEYS?: string | undefined;
  readonly PERSONAL_DATA_CACHE_MS?: number | undefined;
  readonly MYSQL_CONNECTION_MAX_AGE_MS?: number | undefined;
};

/** What an erasure needs of the key store. */
export type OpenErasures = {
  readonly journal: ErasureJournal;
  /** Destroys all keys of a shopper, once their ids are recorded outside of the key store, and returns their number. */
  readonly destroyKeys: (shopper: Buffer, record: RecordKeys) => Promise<number>;
  /** Destroys keys (at least one) that were destroyed once, and returns how many the key store did not know as destroyed. */
  readonly destroyAgain: (keyIds: readonly string[]) => Promise<number>;
  /** Returns the ids of the keys that were destroyed, page by page. */
  readonly destroyedKeys: () => AsyncGenerator<readonly string[]>;
  /** Opens keys that no cache has, so that nothing is read that was destroyed by now. */
  readonly newRing: () => KeyRing;
  readonly cacheMs: number;
};

export type OpenKeys = {
  /** `undefined` if the configuration names no keys: then nothing is sealed, and sealed fields cannot be read. */
  readonly ring: KeyRing | undefined;
  /** `undefined` without keys. */
  readonly erasures: OpenErasures | undefined;
  /** The check of the key store, for the readiness of a program that cannot do its work without it; none without keys. */
  readonly readiness: Readonly<Record<string, () => Promise<void>>>;
  readonly close: () => Promise<void>;
};

const defaultCacheMs = 300_000;

/**
 * Opens the keys that the configuration names, for a program that also takes part in erasures if `erases`. Its connections are its own, because a transaction of the event store holds one of
 * the event store's connections while keys are read. Throws a `MasterKeyError` for master keys that are not valid.
 */
export const openKeys = (
  { KEYSTORE_URL: url, PERSONAL_DATA_KEYS: text, MYSQL_CONNECTION_MAX_AGE_MS, PERSONAL_DATA_CACHE_MS: cacheMs = defaultCacheMs }: KeyConfig,
  { erases = false }: { readonly erases?: boolean } = {},
): OpenKeys => {
  if (url === undefined || text === undefined)
    return { ring: undefined, erasures: undefined, readiness: {}, close: () => Promise.resolve() };
  const masterKeys = localMasterKeys(text);
  const pool = openMysqlPool({ url, connectionLimit: erases ? 4 : 2, maxConnectionAgeMs: MYSQL_CONNECTION_MAX_AGE_MS });
  const newRing = (): KeyRing => createKeyRing({ pool, database: databaseOf(url), masterKeys, maxAgeMs: cacheMs });
  const ring = newRing();
  const assertSchema = createSchemaCheck(queryOf(pool), { tables: erases ? { ...keyStoreTables, ...erasureTables } : keyStoreTables });
  return {
    ring,
    erasures: {
      journal: createErasureJournal(pool, masterKeys),
      destroyKeys: (shopper, record) => destroyKeys(pool, shopper, record),
      destroyAgain: (keyIds) => destroyAgain(pool, keyIds),
      destroyedKeys: () => readDestroyedKeys(pool),
      newRing,
      cacheMs,
    },
    readiness: {
      keystore: async () => {
        await assertSchema();
        await ring.assertMasterKeys();
      },
    },
    close: () => pool.end(),
  };
};

/** Returns the name of the URL's database. */
const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

import { createSchemaCheck, openMysqlPool, queryOf } from "@cart/mysql";
import { mysqlUrl } from "@cart/process-kit";
import { Type } from "typebox";
import { createKeyRing, type KeyRing } from "./keyRing.ts";
import { keyStoreTables } from "./keyStore.ts";
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
  readonly MYSQL_CONNECTION_MAX_AGE_MS?: number | undefined;
};

export type OpenKeys = {
  /** `undefined` if the configuration names no keys: then nothing is sealed, and sealed fields cannot be read. */
  readonly ring: KeyRing | undefined;
  /** The check of the key store, for the readiness of a program that cannot do its work without it; none without keys. */
  readonly readiness: Readonly<Record<string, () => Promise<void>>>;
  readonly close: () => Promise<void>;
};

/**
 * Opens the keys that the configuration names. Its connections are its own, because a transaction of the event store holds one of
 * the event store's connections while keys are read. Throws a `MasterKeyError` for master keys that are not valid.
 */
export const openKeys = ({ KEYSTORE_URL: url, PERSONAL_DATA_KEYS: text, MYSQL_CONNECTION_MAX_AGE_MS }: KeyConfig): OpenKeys => {
  if (url === undefined || text === undefined) return { ring: undefined, readiness: {}, close: () => Promise.resolve() };
  const masterKeys = localMasterKeys(text);
  const pool = openMysqlPool({ url, connectionLimit: 2, maxConnectionAgeMs: MYSQL_CONNECTION_MAX_AGE_MS });
  const ring = createKeyRing({ pool, database: databaseOf(url), masterKeys });
  const assertSchema = createSchemaCheck(queryOf(pool), { tables: keyStoreTables });
  return {
    ring,
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

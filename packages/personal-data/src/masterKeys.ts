import { keyBytes, seal, SealBrokenError, unseal } from "./cipher.ts";

/** A key that is encrypted by a master key. */
export type WrappedKey = { readonly masterKeyId: string; readonly wrapped: Buffer };

/**
 * The port to what keeps the master keys: `localMasterKeys`, or a client of a key management service. `name` is what the key
 * is: a wrapped key can be unwrapped only under the same name.
 */
export type MasterKeys = {
  /** The id of the master key that wraps from now on. */
  readonly currentId: string;
  readonly wrap: (name: string, key: Buffer) => Promise<WrappedKey>;
  /** Throws a `MasterKeyError` if the master key is missing or another one. */
  readonly unwrap: (name: string, wrapped: WrappedKey) => Promise<Buffer>;
};

/** A wrapped key cannot be unwrapped with the configured master keys. A retry does not help. */
export class MasterKeyError extends Error {
  override readonly name = "MasterKeyError";
}

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Returns the master keys of a text such as `2026-11:BASE64,2026-05:BASE64`, each with 32 random bytes. The first key
 * wraps; the others only unwrap what they wrapped before. Throws if the text has another form; the error quotes none of it.
 */
export const localMasterKeys = (text: string): MasterKeys => {
  const entries = text.split(",").map((entry, index) => parseEntry(entry.trim(), index));
  const keys = new Map(entries);
  if (keys.size < entries.length) throw new MasterKeyError("two master keys have the same id");
  const [currentId, current] = entries[0] ?? noEntry();
  return {
    currentId,
    wrap: async (name, key) => ({ masterKeyId: currentId, wrapped: seal(current, placeOf(name, currentId), key) }),
    unwrap: async (name, { masterKeyId, wrapped }) => {
      const key = keys.get(masterKeyId);
      if (key === undefined)
        throw new MasterKeyError(
          `the master key ${masterKeyId} is not configured, but ${name} is wrapped by it: add it behind the current key`,
        );
      try {
        return unseal(key, placeOf(name, masterKeyId), wrapped);
      } catch (error) {
        if (!(error instanceof SealBrokenError)) throw error;
        throw new MasterKeyError(`the master key ${masterKeyId} does not unwrap ${name}: it is not the key that wrapped it`, {
          cause: error,
        });
      }
    },
  };
};

const parseEntry = (entry: string, index: number): readonly [string, Buffer] => {
  const [id = "", encoded = "", ...rest] = entry.split(":");
  const key = Buffer.from(encoded, "base64");
  const isKey = key.length === keyBytes && key.toString("base64") === encoded;
  if (!idPattern.test(id) || !isKey || rest.length > 0)
    throw new MasterKeyError(`master key ${index + 1} is not valid: expected ID:KEY with ${keyBytes} random bytes in base64`);
  return [id, key];
};

const noEntry = (): never => {
  throw new MasterKeyError("no master key is configured");
};

const placeOf = (name: string, masterKeyId: string): string => `${masterKeyId}/${name}`;

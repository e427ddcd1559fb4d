import { createHmac } from "node:crypto";
import { bytesToUuid } from "@cart/mysql";
import type { KeyRing } from "./keyRing.ts";

/** Ids that are derived from texts by a secret: the same text has the same id in every process, and nobody can guess it from the id. */
export type SecretIds = {
  /** Reads the secret, unless it was read before. */
  readonly ready: () => Promise<void>;
  /** Returns a UUID. Throws unless `ready` has resolved once. */
  readonly idOf: (parts: readonly string[]) => string;
};

export const createSecretIds = (ring: Pick<KeyRing, "secretFor">, purpose: string): SecretIds => {
  let secret: Buffer | undefined;
  return {
    ready: async () => {
      secret ??= await ring.secretFor(purpose);
    },
    idOf: (parts) => {
      if (secret === undefined) throw new Error(`the secret of ${purpose} was not read: await ready() first`);
      return toUuid(createHmac("sha256", secret).update(JSON.stringify(parts)).digest());
    },
  };
};

/** Returns a UUID of version 8 (RFC 9562), whose other bits are an application's own. */
const toUuid = (digest: Buffer): string => {
  const bytes = Buffer.from(digest.subarray(0, 16));
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  return bytesToUuid(bytes);
};

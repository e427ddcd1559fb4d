import { createCipheriv, createDecipheriv, randomFillSync } from "node:crypto";

/** The ciphertext was not made with this key for this place, or was changed since. */
export class SealBrokenError extends Error {
  override readonly name = "SealBrokenError";
}

export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts and authenticates by AES-256-GCM. `place` is authenticated too: the ciphertext can be decrypted only with the same place.
 * A nonce is random, so a key may encrypt 2^32 texts (NIST SP 800-38D, 8.3).
 */
export const seal = (key: Buffer, place: string, plain: Buffer | string): Buffer => {
  const nonce = nextNonce();
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(place));
  const text = typeof plain === "string" ? cipher.update(plain, "utf8") : cipher.update(plain);
  // GCM encrypts a text of any length at once: nothing is left for the end.
  cipher.final();
  return Buffer.concat([nonce, text, cipher.getAuthTag()]);
};

/** Decrypts what `seal` returned. Throws a `SealBrokenError`. */
export const unseal = (key: Buffer, place: string, sealed: Buffer): Buffer => {
  if (sealed.length < nonceBytes + tagBytes) throw new SealBrokenError(`the ciphertext of ${place} is cut short`);
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch (error) {
    throw new SealBrokenError(`the ciphertext of ${place} does not authenticate: it was changed, or belongs to another key or place`, {
      cause: error,
    });
  }
};

/** Random bytes for many nonces are drawn at once, because each draw costs as much as the encryption of a short text. */
const drawn = Buffer.alloc(nonceBytes * 512);
let used = drawn.length;

/** Returns a nonce that is valid until the current function ends. */
const nextNonce = (): Buffer => {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += nonceBytes;
  return drawn.subarray(used - nonceBytes, used);
};

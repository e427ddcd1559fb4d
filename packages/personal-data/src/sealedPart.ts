import { seal, unseal } from "./cipher.ts";
import { KeyMissingError, type OpeningKeys, type SealingKey } from "./keyRing.ts";

/** The personal fields of one shopper in an event or state. A STORED SHAPE, which subscribers see too. */
export type SealedPart = {
  /** The id of the key: a UUID. */
  readonly key: string;
  /** Nonce, ciphertext and tag of AES-256-GCM, in base64. */
  readonly text: string;
};

/** Seals the fields for a place, such as one event: the part is valid nowhere else. */
export const sealPart = ({ keyId, key }: SealingKey, place: string, fields: object): SealedPart => ({
  key: keyId,
  text: seal(key, placeOf(keyId, place), JSON.stringify(fields)).toString("base64"),
});

/** Returns the fields of a part, or `undefined` if its key was destroyed. Throws a `SealBrokenError` if it was changed or moved. */
export const openPart = (keys: OpeningKeys, place: string, { key: keyId, text }: SealedPart): object | undefined => {
  const key = keys.get(keyId);
  if (key === undefined) throw new KeyMissingError(`the key ${keyId} was not read before its part is opened`);
  if (key === "destroyed") return undefined;
  // The cast is safe because the text authenticates: `sealPart` wrote it at this place.
  return JSON.parse(unseal(key, placeOf(keyId, place), Buffer.from(text, "base64")).toString("utf8")) as object;
};

const placeOf = (keyId: string, place: string): string => `${keyId}/${place}`;

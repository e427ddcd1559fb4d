export { SealBrokenError } from "./cipher.ts";
export {
  KeyMissingError,
  type KeyRing,
  type KeyRingOptions,
  openKeyRing,
  type OpeningKeys,
  type SealingKey,
  type SealingKeys,
} from "./keyRing.ts";
export { destroyKeys, keyStoreTables, openLookupKey, rewrapKeys } from "./keyStore.ts";
export { localMasterKeys, MasterKeyError, type MasterKeys } from "./masterKeys.ts";
export { openPart, type SealedPart, sealPart } from "./sealedPart.ts";
export { shopperHash } from "./shopper.ts";

export { createKeyRing, type KeyRing, type OpeningKeys, type SealingKey } from "./keyRing.ts";
export { destroyKeys, openLookupKey, rewrapKeys } from "./keyStore.ts";
export { keyConfig, openKeys, sealingConfig } from "./openKeys.ts";
export { localMasterKeys } from "./masterKeys.ts";
export { openPart, type SealedPart, sealPart } from "./sealedPart.ts";
export { shopperHash } from "./shopper.ts";
export { SealBrokenError } from "./cipher.ts";

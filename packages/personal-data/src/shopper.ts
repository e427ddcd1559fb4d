import { createHmac } from "node:crypto";
import type { Owner } from "@cart/domain";

/** Names a shopper to those who have the lookup key, and to nobody else. */
export const shopperHash = (lookupKey: Buffer, { tenantId, userId }: Owner): Buffer =>
  createHmac("sha256", lookupKey)
    .update(JSON.stringify([tenantId, userId]))
    .digest();

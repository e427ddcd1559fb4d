import { createHash } from "node:crypto";
import type { Access } from "@cart/http-kit";

/**
 * An idempotency key is its sender's own: the same key of another one finds nothing, so no answer gets to
 * somebody who may not have it. Hashed, as a key has 255 characters already.
 */
export const ownKey = (access: Access, key: string): string =>
  access === "unchecked"
    ? key
    : createHash("sha256")
        .update(JSON.stringify([access.tenantId, access.userId, key]))
        .digest("base64url");

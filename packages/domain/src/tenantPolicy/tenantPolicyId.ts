import { v5 as uuidv5 } from "uuid";

/** Never changes: another one would give every tenant another stream. */
const namespace = "3f0f4c1e-6f0b-4b7e-9d57-0c1d4a3f8e21";

/**
 * The id of the tenant's one policy stream: a UUID of their id, which is an opaque
 * string (RFC 9562, version 5). Whoever knows the tenant finds the stream, and two
 * creations at the same moment meet in it.
 */
export const tenantPolicyId = (tenantId: string): string => uuidv5(tenantId, namespace);

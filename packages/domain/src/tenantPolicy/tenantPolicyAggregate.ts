import { v5 as uuidv5 } from "uuid";
import type { Aggregate } from "../aggregate.ts";
import type { Decider } from "../decider.ts";
import { createEventCodec } from "../events/eventCodec.ts";
import { decideTenantPolicy, type TenantPolicyCommand } from "./tenantPolicyCommands.ts";
import { tenantPolicyAggregateType, type TenantPolicyEvent, tenantPolicyEventCatalog } from "./tenantPolicyEvents.ts";
import { evolveTenantPolicy, type TenantPolicy } from "./tenantPolicyState.ts";

/** This namespace must never change, because every tenant would get another stream. */
const namespace = "3f0f4c1e-6f0b-4b7e-9d57-0c1d4a3f8e21";

/**
 * Returns the id of the tenant's only policy stream: a UUID derived from the tenant's id,
 * which is an opaque string (RFC 9562, version 5). So a caller that knows the tenant can find
 * the stream, and two concurrent creations conflict in it.
 */
export const tenantPolicyId = (tenantId: string): string => uuidv5(tenantId, namespace);

export const tenantPolicyEventCodec = createEventCodec(tenantPolicyEventCatalog);

export const tenantPolicyDecider: Decider<TenantPolicy, TenantPolicyCommand, TenantPolicyEvent> = {
  initialState: { status: "NONE" },
  decide: decideTenantPolicy,
  evolve: evolveTenantPolicy,
};

/** The policy of one tenant for all of its carts. The id of the stream is `tenantPolicyId(tenantId)`. */
export const tenantPolicyAggregate: Aggregate<TenantPolicy, TenantPolicyCommand, TenantPolicyEvent> = {
  type: tenantPolicyAggregateType,
  decider: tenantPolicyDecider,
  codec: tenantPolicyEventCodec,
  snapshots: {
    schemaVersion: 2,
    everyEvents: 100,
    toJson: (policy) => policy,
    fromJson: (json) => json as TenantPolicy,
  },
  tenantOf: (policy) => (policy.status === "NONE" ? undefined : policy.tenantId),
  // Its texts have at most 640 bytes in UTF-8, and its list at most ten numbers.
  memoryBytes: () => 4_096,
};

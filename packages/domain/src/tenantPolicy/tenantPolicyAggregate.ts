import type { Aggregate } from "../aggregate.ts";
import { createEventCodec } from "../events/eventCodec.ts";
import type { TenantPolicyCommand } from "./tenantPolicyCommands.ts";
import { tenantPolicyDecider } from "./tenantPolicyDecider.ts";
import { type TenantPolicyEvent, tenantPolicyEventCatalog } from "./tenantPolicyEvents.ts";
import type { TenantPolicy } from "./tenantPolicyState.ts";

export const tenantPolicyAggregateType = "TenantPolicy";

export const tenantPolicyEventCodec = createEventCodec(tenantPolicyEventCatalog);

/** What one tenant has chosen for all of their carts. Its stream's id is `tenantPolicyId(tenantId)`. */
export const tenantPolicyAggregate: Aggregate<TenantPolicy, TenantPolicyCommand, TenantPolicyEvent> = {
  type: tenantPolicyAggregateType,
  decider: tenantPolicyDecider,
  codec: tenantPolicyEventCodec,
  snapshots: {
    schemaVersion: 1,
    every: 100,
    toJson: (policy) => policy,
    fromJson: (json) => json as TenantPolicy,
  },
};

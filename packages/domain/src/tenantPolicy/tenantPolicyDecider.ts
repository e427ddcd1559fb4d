import type { Decider } from "../decider.ts";
import { decideTenantPolicy } from "./decideTenantPolicy.ts";
import { evolveTenantPolicy } from "./evolveTenantPolicy.ts";
import type { TenantPolicyCommand } from "./tenantPolicyCommands.ts";
import type { TenantPolicyEvent } from "./tenantPolicyEvents.ts";
import type { TenantPolicy } from "./tenantPolicyState.ts";

export const tenantPolicyDecider: Decider<TenantPolicy, TenantPolicyCommand, TenantPolicyEvent> = {
  initialState: { status: "NONE" },
  decide: decideTenantPolicy,
  evolve: evolveTenantPolicy,
};

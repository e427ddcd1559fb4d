import type { TenantPolicyEvent } from "./tenantPolicyEvents.ts";
import type { TenantPolicy } from "./tenantPolicyState.ts";

export const evolveTenantPolicy = (policy: TenantPolicy, event: TenantPolicyEvent): TenantPolicy => {
  // `decide` never lets an event follow a state that it does not fit, so this is a stream that something else wrote.
  if ((policy.status === "NONE") !== (event.type === "TenantCartAbandonedPolicyCreated")) {
    throw new Error(`${event.type} cannot follow a policy that is ${policy.status}`);
  }
  const { tenant_id: tenantId, title, abandoned_minutes: abandonedMinutes, time_zone: timeZone, reminders } = event.data;
  const { quiet_time_from: from, quiet_time_to: to } = event.data;
  const quietTime = from === null || to === null ? null : { from, to };
  return { status: "ACTIVE", tenantId, title, abandonedMinutes, quietTime, timeZone, reminders };
};

import type { TenantPolicyEvent } from "./tenantPolicyEvents.ts";

export type CartAbandonedPolicy = {
  readonly title: string;
  readonly abandonedMinutes: number;
  /** Local times in `timeZone`. `to` is the first moment that is not quiet; if it is earlier than `from`, it is on the next day. */
  readonly quietTime: { readonly from: string; readonly to: string } | null;
  /** IANA name. */
  readonly timeZone: string;
  /** Minutes after the abandonment, ascending. Reminder step n is at index n - 1. */
  readonly reminders: readonly number[];
};

export type ExistingTenantPolicy = CartAbandonedPolicy & { readonly status: "ACTIVE"; readonly tenantId: string };

/** `NONE` is a tenant without a policy. */
export type TenantPolicy = { readonly status: "NONE" } | ExistingTenantPolicy;

export const evolveTenantPolicy = (policy: TenantPolicy, event: TenantPolicyEvent): TenantPolicy => {
  // `decide` never returns an event that does not fit the state, so an error here means that another program wrote the stream.
  if ((policy.status === "NONE") !== (event.type === "TenantCartAbandonedPolicyCreated")) {
    throw new Error(`${event.type} cannot follow a policy that is ${policy.status}`);
  }
  const { tenant_id: tenantId, title, abandoned_minutes: abandonedMinutes, time_zone: timeZone, reminders } = event.data;
  const { quiet_time_from: from, quiet_time_to: to } = event.data;
  const quietTime = from === null || to === null ? null : { from, to };
  return { status: "ACTIVE", tenantId, title, abandonedMinutes, quietTime, timeZone, reminders };
};

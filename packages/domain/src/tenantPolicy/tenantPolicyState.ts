import type { PolicyData, TenantPolicyEvent } from "./tenantPolicyEvents.ts";

export type CartAbandonedPolicy = {
  readonly title: string;
  readonly abandonedMinutes: number;
  /** Local times in `timeZone`. `to` is the first moment that is not quiet; if it is earlier than `from`, it is on the next day. */
  readonly quietTime: { readonly from: string; readonly to: string } | null;
  /** IANA name. */
  readonly timeZone: string;
  /** Minutes after the abandonment, ascending. Reminder step n is at index n - 1. */
  readonly reminders: readonly number[];
  /** Minutes without activity after which a submitted cart is abandoned; null means never. */
  readonly checkoutAbandonedMinutes: number | null;
  readonly overtakenReminders: OvertakenReminders;
  /** The limit of reminders to one user on one day in `timeZone`; null means that they are not limited. */
  readonly maxRemindersPerDay: number | null;
};

/**
 * What happens to reminders that could not be sent before a later one was due, for example because of quiet time:
 * `skip` sends only the latest of them, `move` sends all of them at their original distances.
 */
export type OvertakenReminders = "skip" | "move";

export type ExistingTenantPolicy = CartAbandonedPolicy & { readonly status: "ACTIVE"; readonly tenantId: string };

/** A policy that was taken away; it can be created again. */
export type RemovedTenantPolicy = { readonly status: "REMOVED"; readonly tenantId: string };

/** `NONE` is a tenant that never had a policy. */
export type TenantPolicy = { readonly status: "NONE" } | RemovedTenantPolicy | ExistingTenantPolicy;

export const evolveTenantPolicy = (policy: TenantPolicy, event: TenantPolicyEvent): TenantPolicy => {
  // `decide` never returns an event that does not fit the state, so an error here means that another program wrote the stream.
  if ((policy.status === "ACTIVE") === (event.type === "TenantCartAbandonedPolicyCreated")) {
    throw new Error(`${event.type} cannot follow a policy that is ${policy.status}`);
  }
  switch (event.type) {
    case "TenantCartAbandonedPolicyCreated":
    case "TenantCartAbandonedPolicyUpdated":
      return activePolicy(event.data);
    case "TenantCartAbandonedPolicyRemoved":
      return { status: "REMOVED", tenantId: event.data.tenant_id };
    default:
      return event satisfies never;
  }
};

const activePolicy = ({ quiet_time_from: from, quiet_time_to: to, ...data }: PolicyData): ExistingTenantPolicy => ({
  status: "ACTIVE",
  tenantId: data.tenant_id,
  title: data.title,
  abandonedMinutes: data.abandoned_minutes,
  quietTime: from === null || to === null ? null : { from, to },
  timeZone: data.time_zone,
  reminders: data.reminders,
  checkoutAbandonedMinutes: data.checkout_abandoned_minutes,
  overtakenReminders: data.overtaken_reminders,
  maxRemindersPerDay: data.max_reminders_per_day,
});

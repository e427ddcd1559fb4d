import { isDeepStrictEqual } from "node:util";
import { DomainError } from "../domainError.ts";
import type { PolicyData, TenantPolicyEvent } from "./tenantPolicyEvents.ts";
import type { CartAbandonedPolicy, ExistingTenantPolicy, OvertakenReminders, TenantPolicy } from "./tenantPolicyState.ts";

/** The fields of a tenant's policy. The defaults of omitted fields are no quiet time, UTC and no reminders. */
export type PolicyChoices = {
  readonly title: string;
  /** Minutes without activity after which a cart counts as abandoned: 1 to 43,200, which is 30 days. */
  readonly abandonedMinutes: number;
  /** Local times such as 22:00:00 between which no cart is abandoned and no reminder is due. Set both or neither; the time may span midnight. */
  readonly quietTimeFrom?: string | null | undefined;
  readonly quietTimeTo?: string | null | undefined;
  /** IANA name of the time zone of the local times. */
  readonly timeZone?: string | undefined;
  /** Minutes from the abandonment until each reminder is due, ascending. */
  readonly reminders?: readonly number[] | undefined;
  /** Minutes without activity after which a submitted cart counts as abandoned; by default never. */
  readonly checkoutAbandonedMinutes?: number | null | undefined;
  /** By default, overtaken reminders are skipped. */
  readonly overtakenReminders?: OvertakenReminders | undefined;
  /** The limit of reminders to one user on one day, from 1 to 100; by default they are not limited. */
  readonly maxRemindersPerDay?: number | null | undefined;
};

export type CreateTenantCartAbandonedPolicy = {
  readonly type: "CreateTenantCartAbandonedPolicy";
  readonly tenantId: string;
  readonly choices: PolicyChoices;
};

/** Replaces the whole policy; omitted fields are reset to their defaults. */
export type UpdateTenantCartAbandonedPolicy = { readonly type: "UpdateTenantCartAbandonedPolicy"; readonly choices: PolicyChoices };

/** Takes the policy away. The tenant's carts are then no longer abandoned, and it may get another policy. */
export type RemoveTenantCartAbandonedPolicy = { readonly type: "RemoveTenantCartAbandonedPolicy" };

export type TenantPolicyCommand = CreateTenantCartAbandonedPolicy | UpdateTenantCartAbandonedPolicy | RemoveTenantCartAbandonedPolicy;

export const maxReminders = 10;

export const decideTenantPolicy = (command: TenantPolicyCommand, current: TenantPolicy): readonly TenantPolicyEvent[] => {
  switch (command.type) {
    case "CreateTenantCartAbandonedPolicy":
      if (current.status === "ACTIVE") throw new DomainError("POLICY_EXISTS", "the tenant already has a policy: update it instead");
      return [{ type: "TenantCartAbandonedPolicyCreated", data: toData(command.tenantId, toPolicy(command.choices)) }];
    case "UpdateTenantCartAbandonedPolicy": {
      const active = requireActive(current);
      const data = toData(active.tenantId, toPolicy(command.choices));
      if (isDeepStrictEqual(data, toData(active.tenantId, active))) return [];
      return [{ type: "TenantCartAbandonedPolicyUpdated", data }];
    }
    case "RemoveTenantCartAbandonedPolicy":
      return [{ type: "TenantCartAbandonedPolicyRemoved", data: { tenant_id: requireActive(current).tenantId } }];
    default:
      return command satisfies never;
  }
};

const requireActive = (policy: TenantPolicy): ExistingTenantPolicy => {
  if (policy.status !== "ACTIVE") throw new DomainError("POLICY_NOT_FOUND", "the tenant has no policy");
  return policy;
};

const toPolicy = ({ title, abandonedMinutes, timeZone = "UTC", reminders = [], ...choices }: PolicyChoices): CartAbandonedPolicy => ({
  title,
  abandonedMinutes,
  quietTime: quietTimeOf(choices),
  timeZone: requireTimeZone(timeZone),
  reminders: requireAscending(reminders),
  checkoutAbandonedMinutes: choices.checkoutAbandonedMinutes ?? null,
  overtakenReminders: choices.overtakenReminders ?? "skip",
  maxRemindersPerDay: choices.maxRemindersPerDay ?? null,
});

const quietTimeOf = ({
  quietTimeFrom: from = null,
  quietTimeTo: to = null,
}: Pick<PolicyChoices, "quietTimeFrom" | "quietTimeTo">): CartAbandonedPolicy["quietTime"] => {
  if (from === null && to === null) return null;
  if (from === null || to === null) {
    const missing = from === null ? "quiet_time_from" : "quiet_time_to";
    throw new DomainError("QUIET_TIME_INVALID", "a quiet time needs both a beginning and an end", missing);
  }
  // Equal times would make the whole day quiet, and then no reminder would ever be due.
  if (from === to) throw new DomainError("QUIET_TIME_INVALID", "a quiet time must not end at the time at which it begins", "quiet_time_to");
  return { from, to };
};

const requireTimeZone = (timeZone: string): string => {
  if (!isTimeZone(timeZone)) throw new DomainError("TIME_ZONE_UNKNOWN", `"${timeZone}" is not the name of an IANA time zone`, "time_zone");
  return timeZone;
};

const isTimeZone = (name: string): boolean => {
  // `Intl` also takes offsets such as +01:00, which have no daylight saving time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

const requireAscending = (reminders: readonly number[]): readonly number[] => {
  if (reminders.length > maxReminders) {
    throw new DomainError(
      "REMINDERS_INVALID",
      `a policy has at most ${maxReminders} reminders, this one would have ${reminders.length}`,
      "reminders",
    );
  }
  if (reminders.some((minutes, index) => minutes <= (reminders[index - 1] ?? 0))) {
    throw new DomainError("REMINDERS_INVALID", "each reminder must come later than the reminder before it", "reminders");
  }
  return reminders;
};

const toData = (tenantId: string, policy: CartAbandonedPolicy): PolicyData => ({
  tenant_id: tenantId,
  title: policy.title,
  abandoned_minutes: policy.abandonedMinutes,
  quiet_time_from: policy.quietTime?.from ?? null,
  quiet_time_to: policy.quietTime?.to ?? null,
  time_zone: policy.timeZone,
  reminders: [...policy.reminders],
  checkout_abandoned_minutes: policy.checkoutAbandonedMinutes,
  overtaken_reminders: policy.overtakenReminders,
  max_reminders_per_day: policy.maxRemindersPerDay,
});

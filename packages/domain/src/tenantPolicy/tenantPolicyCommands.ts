import { isDeepStrictEqual } from "node:util";
import { DomainError } from "../domainError.ts";
import type { PolicyData, TenantPolicyEvent } from "./tenantPolicyEvents.ts";
import type { CartAbandonedPolicy, TenantPolicy } from "./tenantPolicyState.ts";

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
};

export type CreateTenantCartAbandonedPolicy = {
  readonly type: "CreateTenantCartAbandonedPolicy";
  readonly tenantId: string;
  readonly choices: PolicyChoices;
};

/** Replaces the whole policy; omitted fields are reset to their defaults. */
export type UpdateTenantCartAbandonedPolicy = { readonly type: "UpdateTenantCartAbandonedPolicy"; readonly choices: PolicyChoices };

export type TenantPolicyCommand = CreateTenantCartAbandonedPolicy | UpdateTenantCartAbandonedPolicy;

export const maxReminders = 10;

export const decideTenantPolicy = (command: TenantPolicyCommand, current: TenantPolicy): readonly TenantPolicyEvent[] => {
  switch (command.type) {
    case "CreateTenantCartAbandonedPolicy":
      if (current.status !== "NONE") throw new DomainError("POLICY_EXISTS", "the tenant already has a policy: update it instead");
      return [{ type: "TenantCartAbandonedPolicyCreated", data: toData(command.tenantId, toPolicy(command.choices)) }];
    case "UpdateTenantCartAbandonedPolicy": {
      if (current.status === "NONE") throw new DomainError("POLICY_NOT_FOUND", "the tenant has no policy");
      const data = toData(current.tenantId, toPolicy(command.choices));
      if (isDeepStrictEqual(data, toData(current.tenantId, current))) return [];
      return [{ type: "TenantCartAbandonedPolicyUpdated", data }];
    }
    default:
      return command satisfies never;
  }
};

const toPolicy = ({ title, abandonedMinutes, timeZone = "UTC", reminders = [], ...choices }: PolicyChoices): CartAbandonedPolicy => ({
  title,
  abandonedMinutes,
  quietTime: quietTimeOf(choices),
  timeZone: requireTimeZone(timeZone),
  reminders: requireAscending(reminders),
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

const toData = (tenantId: string, { title, abandonedMinutes, quietTime, timeZone, reminders }: CartAbandonedPolicy): PolicyData => ({
  tenant_id: tenantId,
  title,
  abandoned_minutes: abandonedMinutes,
  quiet_time_from: quietTime?.from ?? null,
  quiet_time_to: quietTime?.to ?? null,
  time_zone: timeZone,
  reminders: [...reminders],
});

import type { OvertakenReminders } from "@cart/domain";
import type { ColumnValue } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { Policies, Policy, PolicyRules } from "./policy.ts";

export const policyColumns = [
  "tenant_id",
  "version",
  "abandoned_minutes",
  "quiet_time_from",
  "quiet_time_to",
  "time_zone",
  "reminders",
  "checkout_abandoned_minutes",
  "overtaken_reminders",
  "max_reminders_per_day",
] as const;

type Rules = {
  readonly abandoned_minutes: number;
  readonly quiet_time_from: string | null;
  readonly quiet_time_to: string | null;
  /** Null in a row of an earlier release, which stored no time zone without a quiet time. */
  readonly time_zone: string | null;
  readonly reminders: readonly number[];
  readonly checkout_abandoned_minutes: number | null;
  readonly overtaken_reminders: OvertakenReminders;
  readonly max_reminders_per_day: number | null;
};

export type PolicyRow = RowDataPacket & { readonly tenant_id: string; readonly version: number } & (
    | { readonly abandoned_minutes: null }
    | Rules
  );

export const toPolicies = (rows: readonly PolicyRow[]): Policies =>
  new Map(
    rows.flatMap((row): [string, Policy][] =>
      // A tenant that never had a policy has a row only so that it can be locked.
      row.version === 0
        ? []
        : [[row.tenant_id, { version: row.version, rules: row.abandoned_minutes === null ? undefined : toRules(row) }]],
    ),
  );

const toRules = ({ quiet_time_from: from, quiet_time_to: to, ...row }: Rules): PolicyRules => {
  const timeZone = row.time_zone ?? "UTC";
  return {
    abandonedMinutes: row.abandoned_minutes,
    checkoutAbandonedMinutes: row.checkout_abandoned_minutes,
    reminders: row.reminders,
    overtakenReminders: row.overtaken_reminders,
    maxRemindersPerDay: row.max_reminders_per_day,
    timeZone,
    quietTime: from === null || to === null ? undefined : { from, to, timeZone },
  };
};

/** Returns the policy's values in the order of `policyColumns`. */
export const toRow = (tenantId: string, { version, rules }: Policy): readonly ColumnValue[] => [
  tenantId,
  version,
  rules?.abandonedMinutes ?? null,
  rules?.quietTime?.from ?? null,
  rules?.quietTime?.to ?? null,
  rules?.timeZone ?? null,
  rules === undefined ? null : JSON.stringify(rules.reminders),
  rules?.checkoutAbandonedMinutes ?? null,
  rules?.overtakenReminders ?? null,
  rules?.maxRemindersPerDay ?? null,
];

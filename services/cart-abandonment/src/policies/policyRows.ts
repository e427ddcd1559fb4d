import type { RowDataPacket } from "mysql2/promise";
import type { Policies } from "./policy.ts";

export const policyColumns = [
  "tenant_id",
  "version",
  "abandoned_minutes",
  "quiet_time_from",
  "quiet_time_to",
  "time_zone",
  "reminders",
] as const;

export type PolicyRow = RowDataPacket & { readonly tenant_id: string; readonly version: number } & (
    | { readonly abandoned_minutes: null }
    | {
        readonly abandoned_minutes: number;
        readonly quiet_time_from: string | null;
        readonly quiet_time_to: string | null;
        readonly time_zone: string;
        readonly reminders: readonly number[];
      }
  );

export const toPolicies = (rows: readonly PolicyRow[]): Policies =>
  new Map(
    rows.flatMap((row) => {
      // A tenant without a policy has a row only so that it can be locked.
      if (row.abandoned_minutes === null) return [];
      const { version, abandoned_minutes: abandonedMinutes, reminders, quiet_time_from: from, quiet_time_to: to } = row;
      const quietTime = from === null || to === null ? undefined : { from, to, timeZone: row.time_zone };
      return [[row.tenant_id, { version, abandonedMinutes, reminders, quietTime }]];
    }),
  );

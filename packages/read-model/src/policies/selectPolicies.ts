import type { OvertakenReminders, TenantPolicy } from "@cart/domain";
import { bytesToUuid, type Statement } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import { columnsOf } from "../projection/projectedTable.ts";
import { policiesTable } from "./policyRows.ts";
import type { ProjectedPolicy } from "./projectedPolicy.ts";

type ActiveFields = {
  readonly status: "ACTIVE";
  readonly title: string;
  readonly abandoned_minutes: number;
  readonly quiet_time_from: string | null;
  readonly quiet_time_to: string | null;
  readonly time_zone: string;
  readonly reminders: string;
  readonly checkout_abandoned_minutes: number | null;
  readonly overtaken_reminders: OvertakenReminders;
  readonly max_reminders_per_day: number | null;
};

export type PolicyRow = RowDataPacket & {
  readonly id: Buffer;
  readonly tenant_id: string;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
} & (ActiveFields | { readonly status: "REMOVED" });

/** Selects the rows of the policies and locks them until the transaction ends. */
export const selectPolicies = (ids: readonly (Buffer | null)[]): [Statement] => [
  { sql: `SELECT ${columnsOf(policiesTable).join(", ")} FROM cart_abandoned_policies WHERE id IN (?) FOR UPDATE`, values: [ids] },
];

export const toPolicies = ([rows]: [PolicyRow[]]): ReadonlyMap<string, ProjectedPolicy> =>
  new Map(
    rows.map((row): [string, ProjectedPolicy] => [
      bytesToUuid(row.id),
      { version: row.version, policy: toPolicy(row), createdAt: row.created_at, updatedAt: row.updated_at },
    ]),
  );

const toPolicy = (row: PolicyRow): TenantPolicy => {
  if (row.status === "REMOVED") return { status: "REMOVED", tenantId: row.tenant_id };
  return {
    status: "ACTIVE",
    tenantId: row.tenant_id,
    title: row.title,
    abandonedMinutes: row.abandoned_minutes,
    quietTime: row.quiet_time_from === null || row.quiet_time_to === null ? null : { from: row.quiet_time_from, to: row.quiet_time_to },
    timeZone: row.time_zone,
    reminders: JSON.parse(row.reminders) as number[],
    checkoutAbandonedMinutes: row.checkout_abandoned_minutes,
    overtakenReminders: row.overtaken_reminders,
    maxRemindersPerDay: row.max_reminders_per_day,
  };
};

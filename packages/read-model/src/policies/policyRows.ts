import type { ExistingTenantPolicy, RemovedTenantPolicy } from "@cart/domain";
import type { ProjectedTable, Row, TableRows } from "../projection/projectedTable.ts";
import type { ProjectedPolicy } from "./projectedPolicy.ts";

export const policiesTable = {
  name: "cart_abandoned_policies",
  aggregateColumn: "id",
  columns: {
    id: "bytes",
    tenant_id: "text",
    status: "text",
    title: "text",
    abandoned_minutes: "text",
    quiet_time_from: "text",
    quiet_time_to: "text",
    time_zone: "text",
    reminders: "text",
    checkout_abandoned_minutes: "text",
    overtaken_reminders: "text",
    max_reminders_per_day: "text",
    version: "text",
    created_at: "time",
    updated_at: "time",
  },
} as const satisfies ProjectedTable;

/** Returns the policy's row in `policiesTable`, or undefined if the tenant never had a policy. A removed policy keeps a row for its version. */
export const policyRow = (id: Buffer, { version, policy, createdAt, updatedAt }: ProjectedPolicy): Row | undefined =>
  policy.status === "NONE" ? undefined : [id, policy.tenantId, policy.status, ...fieldsOf(policy), version, createdAt, updatedAt];

const fieldsOf = (policy: ExistingTenantPolicy | RemovedTenantPolicy): Row =>
  policy.status === "REMOVED"
    ? Array.from({ length: 9 }, () => null)
    : [
        policy.title,
        policy.abandonedMinutes,
        policy.quietTime?.from ?? null,
        policy.quietTime?.to ?? null,
        policy.timeZone,
        JSON.stringify(policy.reminders),
        policy.checkoutAbandonedMinutes,
        policy.overtakenReminders,
        policy.maxRemindersPerDay,
      ];

export const policyRows = (id: Buffer, projected: ProjectedPolicy): TableRows => {
  const row = policyRow(id, projected);
  return row === undefined ? {} : { [policiesTable.name]: [row] };
};

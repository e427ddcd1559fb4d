import type { ProjectedTable, Row, TableRows } from "../projection/projectedTable.ts";
import type { ProjectedPolicy } from "./projectedPolicy.ts";

export const policiesTable = {
  name: "cart_abandoned_policies",
  aggregateColumn: "id",
  columns: {
    id: "bytes",
    tenant_id: "text",
    title: "text",
    abandoned_minutes: "text",
    quiet_time_from: "text",
    quiet_time_to: "text",
    time_zone: "text",
    reminders: "text",
    version: "text",
    created_at: "time",
    updated_at: "time",
  },
} as const satisfies ProjectedTable;

/** Returns the policy's row in `policiesTable`, or undefined if the policy does not exist. */
export const policyRow = (id: Buffer, { version, policy, createdAt, updatedAt }: ProjectedPolicy): Row | undefined =>
  policy.status === "NONE"
    ? undefined
    : [
        id,
        policy.tenantId,
        policy.title,
        policy.abandonedMinutes,
        policy.quietTime?.from ?? null,
        policy.quietTime?.to ?? null,
        policy.timeZone,
        JSON.stringify(policy.reminders),
        version,
        createdAt,
        updatedAt,
      ];

export const policyRows = (id: Buffer, projected: ProjectedPolicy): TableRows => {
  const row = policyRow(id, projected);
  return row === undefined ? {} : { [policiesTable.name]: [row] };
};

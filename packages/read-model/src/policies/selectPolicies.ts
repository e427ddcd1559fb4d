import type { TenantPolicy } from "@cart/domain";
import { bytesToUuid, type Statement } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import { columnsOf } from "../projection/projectedTable.ts";
import { policiesTable } from "./policyRows.ts";
import type { ProjectedPolicy } from "./projectedPolicy.ts";

export type PolicyRow = RowDataPacket & {
  readonly id: Buffer;
  readonly tenant_id: string;
  readonly title: string;
  readonly abandoned_minutes: number;
  readonly quiet_time_from: string | null;
  readonly quiet_time_to: string | null;
  readonly time_zone: string;
  readonly reminders: string;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
};

/** Selects the policies that exist and locks them until the transaction ends. */
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

const toPolicy = (row: PolicyRow): TenantPolicy => ({
  status: "ACTIVE",
  tenantId: row.tenant_id,
  title: row.title,
  abandonedMinutes: row.abandoned_minutes,
  quietTime: row.quiet_time_from === null || row.quiet_time_to === null ? null : { from: row.quiet_time_from, to: row.quiet_time_to },
  timeZone: row.time_zone,
  reminders: JSON.parse(row.reminders) as number[],
});

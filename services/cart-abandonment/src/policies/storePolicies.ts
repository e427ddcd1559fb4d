import { rowStatements, writeTogether } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";
import type { Policies } from "./policy.ts";
import { policyColumns, toRow } from "./policyRows.ts";

/** Stores the policies that are newer than the stored ones, and marks that their tenants' timers must be moved. */
export const storePolicies = async (connection: PoolConnection, policies: Policies): Promise<void> => {
  if (policies.size === 0) return;
  const rows = [...policies].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([tenantId, policy]) => [...toRow(tenantId, policy), true]);
  // MySQL assigns from left to right, so the version, on which the other assignments depend, comes last.
  const assigned = [...policyColumns.filter((column) => column !== "tenant_id" && column !== "version"), "moving", "version"];
  const insert = `INSERT INTO policies (${policyColumns.join(", ")}, moving) VALUES ? AS new ON DUPLICATE KEY UPDATE
    ${assigned.map((column) => `${column} = IF(new.version > policies.version, new.${column}, policies.${column})`).join(", ")}`;
  await writeTogether(connection, rowStatements(insert, rows));
};

import { run } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";
import type { Policies } from "./policy.ts";
import { policyColumns, type PolicyRow, toPolicies } from "./policyRows.ts";

/**
 * The tenants' policies, which stay as they are until the transaction ends: while
 * due times are computed no other version is stored. Locks policies and is called
 * before timers are locked, everywhere, so that those who wait never wait in a circle.
 */
export const lockPolicies = async (connection: PoolConnection, tenantIds: Iterable<string>): Promise<Policies> => {
  const ids = [...new Set(tenantIds)].toSorted();
  if (ids.length === 0) return new Map();
  const rows = await read(connection, ids);
  const missing = ids.filter((id) => rows.every((row) => row.tenant_id !== id));
  // Without a row there would be nothing to lock, and a first policy could be stored and overlooked at the same moment.
  if (missing.length > 0) {
    await run(connection, "INSERT IGNORE INTO policies (tenant_id, version) VALUES ?", [missing.map((id) => [id, 0])]);
    rows.push(...(await read(connection, missing)));
  }
  return toPolicies(rows);
};

const read = (connection: PoolConnection, tenantIds: readonly string[]): Promise<PolicyRow[]> =>
  run<PolicyRow[]>(connection, `SELECT ${policyColumns.join(", ")} FROM policies WHERE tenant_id IN (?) ORDER BY tenant_id FOR SHARE`, [
    tenantIds,
  ]);

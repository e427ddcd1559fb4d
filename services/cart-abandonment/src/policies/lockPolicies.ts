import { rowStatements, run, writeTogether } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";
import type { Policies } from "./policy.ts";
import { policyColumns, type PolicyRow, toPolicies } from "./policyRows.ts";

/**
 * Reads the tenants' policies and locks them until the transaction ends, so that no other
 * version is stored while due times are computed. Every transaction locks policies before
 * timers, so that no two of them deadlock.
 */
export const lockPolicies = async (connection: PoolConnection, tenantIds: Iterable<string>): Promise<Policies> => {
  const ids = [...new Set(tenantIds)].toSorted();
  if (ids.length === 0) return new Map();
  const rows = await read(connection, ids);
  const missing = ids.filter((id) => rows.every((row) => row.tenant_id !== id));
  // A tenant without a row would have nothing to lock, and this transaction could miss a first policy that is stored at the same moment.
  if (missing.length > 0) {
    const insert = "INSERT IGNORE INTO policies (tenant_id, version) VALUES ?";
    await writeTogether(
      connection,
      rowStatements(
        insert,
        missing.map((id) => [id, 0]),
      ),
    );
    rows.push(...(await read(connection, missing)));
  }
  return toPolicies(rows);
};

const read = (connection: PoolConnection, tenantIds: readonly string[]): Promise<PolicyRow[]> =>
  run<PolicyRow[]>(connection, `SELECT ${policyColumns.join(", ")} FROM policies WHERE tenant_id IN (?) ORDER BY tenant_id FOR SHARE`, [
    tenantIds,
  ]);

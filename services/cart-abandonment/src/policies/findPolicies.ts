import { run } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";
import type { Policies } from "./policy.ts";
import { policyColumns, type PolicyRow, toPolicies } from "./policyRows.ts";

/** Reads the tenants' current policies without locking them. */
export const findPolicies = async (connection: PoolConnection, tenantIds: readonly string[]): Promise<Policies> =>
  tenantIds.length === 0
    ? new Map()
    : toPolicies(
        await run<PolicyRow[]>(connection, `SELECT ${policyColumns.join(", ")} FROM policies WHERE tenant_id IN (?)`, [tenantIds]),
      );

import { inTransaction, run, withConnection, withoutConflict } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { lockPolicies } from "../policies/lockPolicies.ts";
import { scheduleOf } from "../timers/schedule.ts";
import { timerColumns, type TimerRow, toTimer, writeTimers } from "../timers/timerRows.ts";

/**
 * Moves timers of one tenant whose policy has changed, at most `limit` in one transaction. The tenant is any of those whose
 * timers must be moved, so that a tenant with many timers does not delay the others.
 * Each row has the version of the policy that its due time was computed from, so if a worker
 * dies halfway, only the remaining rows are left to do. Resolves to the number of moved timers.
 */
export const moveTimers = async (pool: Pool, limit: number): Promise<number> => {
  const tenantId = await withConnection(pool, async (connection) => {
    const [row] = await run<(RowDataPacket & { tenant_id: string })[]>(
      connection,
      "SELECT tenant_id FROM policies WHERE moving ORDER BY RAND() LIMIT 1",
    );
    return row?.tenant_id;
  });
  if (tenantId === undefined) return 0;

  const { version, moved } = await withoutConflict(() =>
    inTransaction(pool, async (connection) => {
      const policies = await lockPolicies(connection, [tenantId]);
      const policyVersion = policies.get(tenantId)?.version ?? 0;
      // Locked rows are left for the next call, because the transaction that holds them may be waiting for the policy.
      const rows = await run<TimerRow[]>(
        connection,
        `SELECT ${timerColumns} FROM timers WHERE tenant_id = ? AND policy_version < ? LIMIT ? FOR UPDATE SKIP LOCKED`,
        [tenantId, policyVersion, limit],
      );
      await writeTimers(
        connection,
        rows.map(toTimer).map((timer) => ({ ...timer, schedule: scheduleOf(timer.progress, policies) })),
      );
      return { version: policyVersion, moved: rows.length };
    }),
  );

  if (moved === 0) {
    // Every transaction that read an older policy has ended, or the newer one could not have been stored. So no
    // more timers with an older policy can appear.
    await withConnection(pool, (connection) =>
      run(
        connection,
        `UPDATE policies SET moving = FALSE WHERE tenant_id = ? AND version = ?
           AND NOT EXISTS (SELECT 1 FROM timers WHERE timers.tenant_id = policies.tenant_id AND timers.policy_version < policies.version)`,
        [tenantId, version],
      ),
    );
  }
  return moved;
};

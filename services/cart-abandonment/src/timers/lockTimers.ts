import { bytesToUuid, run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { lockPolicies } from "../policies/lockPolicies.ts";
import type { Policies } from "../policies/policy.ts";
import { type Timer, timerColumns, type TimerRow, toTimer } from "./timerRows.ts";

export type LockedTimers = {
  /** Timers by cart id. A cart that waits for nothing has no timer. */
  readonly timers: ReadonlyMap<string, Timer>;
  /** The policies of the requested tenants and of all tenants of these timers. */
  readonly policies: Policies;
};

/** Reads the carts' timers and the policies that apply to them, and locks both until the transaction ends. */
export const lockTimers = async (
  connection: PoolConnection,
  cartIds: readonly string[],
  tenantIds: readonly string[],
): Promise<LockedTimers> => {
  if (cartIds.length === 0) return { timers: new Map(), policies: new Map() };
  const ids = cartIds.map(uuidToBytes);
  const tenants = await run<(RowDataPacket & { tenant_id: string })[]>(
    connection,
    "SELECT DISTINCT tenant_id FROM timers WHERE cart_id IN (?) AND tenant_id IS NOT NULL",
    [ids],
  );
  const known = new Set([...tenantIds, ...tenants.map(({ tenant_id: tenantId }) => tenantId)]);
  const policies = await lockPolicies(connection, known);

  const rows = await run<TimerRow[]>(connection, `SELECT ${timerColumns} FROM timers WHERE cart_id IN (?) ORDER BY cart_id FOR UPDATE`, [
    ids,
  ]);
  const appeared = rows.flatMap(({ tenant_id: tenantId }) => (tenantId === null || known.has(tenantId) ? [] : [tenantId]));
  return {
    timers: new Map(rows.map((row) => [bytesToUuid(row.cart_id), toTimer(row)])),
    policies: appeared.length === 0 ? policies : new Map([...policies, ...(await lockPolicies(connection, appeared))]),
  };
};

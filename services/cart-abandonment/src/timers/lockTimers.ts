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

/** A cart and its tenant, if that is known. */
type CartOfTenant = { readonly cartId: string; readonly tenantId?: string | undefined };

/** Reads the carts' timers and the policies that apply to them, and locks both until the transaction ends. */
export const lockTimers = async (connection: PoolConnection, carts: readonly CartOfTenant[]): Promise<LockedTimers> => {
  if (carts.length === 0) return { timers: new Map(), policies: new Map() };
  const known = new Set([...carts.flatMap(({ tenantId }) => tenantId ?? []), ...(await readTenants(connection, carts))]);
  const policies = await lockPolicies(connection, known);

  const rows = await run<TimerRow[]>(connection, `SELECT ${timerColumns} FROM timers WHERE cart_id IN (?) ORDER BY cart_id FOR UPDATE`, [
    carts.map(({ cartId }) => uuidToBytes(cartId)),
  ]);
  const appeared = rows.flatMap(({ tenant_id: tenantId }) => (tenantId === null || known.has(tenantId) ? [] : [tenantId]));
  return {
    timers: new Map(rows.map((row) => [bytesToUuid(row.cart_id), toTimer(row)])),
    policies: appeared.length === 0 ? policies : new Map([...policies, ...(await lockPolicies(connection, appeared))]),
  };
};

/** Returns the tenants of the timers of those carts whose tenant is not known. */
const readTenants = async (connection: PoolConnection, carts: readonly CartOfTenant[]): Promise<readonly string[]> => {
  const ids = carts.flatMap(({ cartId, tenantId }) => (tenantId === undefined ? [uuidToBytes(cartId)] : []));
  if (ids.length === 0) return [];
  // Left to itself, the server finds distinct tenants by walking over the timers of all of them.
  const rows = await run<(RowDataPacket & { readonly tenant_id: string })[]>(
    connection,
    "SELECT DISTINCT tenant_id FROM timers FORCE INDEX (PRIMARY) WHERE cart_id IN (?) AND tenant_id IS NOT NULL",
    [ids],
  );
  return rows.map(({ tenant_id: tenantId }) => tenantId);
};

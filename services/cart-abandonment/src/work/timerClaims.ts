import { inTransaction, run } from "@cart/mysql";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { type Timer, timerColumns, type TimerRow, toTimer } from "../timers/timerRows.ts";

export type TimerClaimsOptions = {
  readonly pool: Pool;
  readonly now: () => Date;
  /** Milliseconds for which a timer stays claimed if its worker does not release it. */
  readonly leaseMs: number;
  /** The maximum number of timers in one batch. */
  readonly limit: number;
};

/** Claims a batch of timers. `settleTimers` or `releaseTimers` ends the claim; otherwise it expires with the lease. */
export type ClaimTimers = () => Promise<readonly Timer[]>;

/** The maximum number of tenants in one batch: each costs one statement. */
const tenantsInBatch = 16;

/**
 * Returns a function that claims due timers that no other worker has claimed. Tenants take turns: a batch has an equal share
 * of the timers of the next tenants that have due ones, the oldest first, and the batch after it continues with the tenants
 * behind them. So a tenant whose timers are due by the thousand, or again and again, does not delay the others.
 */
export const timerClaims = ({ pool, now: clock, leaseMs, limit }: TimerClaimsOptions): ClaimTimers => {
  const mostTenants = Math.min(tenantsInBatch, limit);
  /** The last tenant of the batch before; `undefined` begins again, with the timers whose tenant is unknown. */
  let turn: string | undefined;

  /** Claims timers of the tenants whose turn it is, and passes the turn on. */
  const claimNext = async (connection: PoolConnection, now: Date): Promise<Turn> => {
    const tenants = await dueTenants(connection, { after: turn, now, limit: mostTenants });
    const isLast = tenants.length < mostTenants;
    turn = isLast ? undefined : (tenants.at(-1) ?? undefined);
    const share = Math.floor(limit / Math.max(1, tenants.length));
    const rows: TimerRow[] = [];
    for (const tenantId of tenants) rows.push(...(await lockDue(connection, { tenantId, now, limit: share })));
    return { rows, isLast };
  };

  return () =>
    inTransaction(pool, async (connection) => {
      const now = clock();
      const rows = await firstFound(() => claimNext(connection, now), turn === undefined ? 1 : 2);
      if (rows.length > 0) {
        await run(connection, "UPDATE timers SET claimed_until = ? WHERE cart_id IN (?)", [
          new Date(now.getTime() + leaseMs),
          rows.map((row) => row.cart_id),
        ]);
      }
      return rows.map(toTimer);
    });
};

/** `isLast`: no tenant after these has a due timer. */
type Turn = { readonly rows: readonly TimerRow[]; readonly isLast: boolean };

/**
 * Calls `claim` until it finds timers, because other workers may have claimed all timers of some tenants, or until it has
 * passed the last tenant as often as `ends` says.
 */
const firstFound = async (claim: () => Promise<Turn>, ends: number): Promise<readonly TimerRow[]> => {
  for (let passed = 0; passed < ends;) {
    const { rows, isLast } = await claim();
    if (rows.length > 0) return rows;
    if (isLast) passed += 1;
  }
  return [];
};

type Next = { readonly after: string | undefined; readonly now: Date; readonly limit: number };

/** Returns the next tenants with a due timer, in their order; `null` stands for timers whose tenant is unknown. Reads one index entry a tenant. */
const dueTenants = async (connection: PoolConnection, { after, now, limit }: Next): Promise<readonly (string | null)[]> => {
  const rows = await run<(RowDataPacket & { tenant_id: string | null })[]>(
    connection,
    `SELECT tenant_id FROM timers FORCE INDEX (timers_tenant_due) ${after === undefined ? "" : "WHERE tenant_id > ?"}
     GROUP BY tenant_id HAVING MIN(due_at) <= ? ORDER BY tenant_id LIMIT ?`,
    [...(after === undefined ? [] : [after]), now, limit],
  );
  return rows.map(({ tenant_id: tenantId }) => tenantId);
};

type Due = { readonly tenantId: string | null; readonly now: Date; readonly limit: number };

const lockDue = (connection: PoolConnection, { tenantId, now, limit }: Due): Promise<readonly TimerRow[]> =>
  run<TimerRow[]>(
    connection,
    `SELECT ${timerColumns} FROM timers FORCE INDEX (timers_tenant_due)
     WHERE tenant_id <=> ? AND due_at <= ? AND (claimed_until IS NULL OR claimed_until <= ?)
     ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED`,
    [tenantId, now, now, limit],
  );

import { inTransaction, run } from "@cart/mysql";
import type { Pool } from "mysql2/promise";
import { type Timer, timerColumns, type TimerRow, toTimer } from "../timers/timerRows.ts";

export type Claim = { readonly now: Date; readonly leaseMs: number; readonly limit: number };

/**
 * Claims due timers that no other worker has claimed, the oldest first. `settleTimers` or
 * `releaseTimers` ends the claim; otherwise it expires with the lease.
 */
export const claimTimers = (pool: Pool, { now, leaseMs, limit }: Claim): Promise<readonly Timer[]> =>
  inTransaction(pool, async (connection) => {
    const rows = await run<TimerRow[]>(
      connection,
      `SELECT ${timerColumns} FROM timers
       WHERE due_at <= ? AND (claimed_until IS NULL OR claimed_until <= ?)
       ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED`,
      [now, now, limit],
    );
    if (rows.length > 0) {
      await run(connection, "UPDATE timers SET claimed_until = ? WHERE cart_id IN (?)", [
        new Date(now.getTime() + leaseMs),
        rows.map((row) => row.cart_id),
      ]);
    }
    return rows.map(toTimer);
  });

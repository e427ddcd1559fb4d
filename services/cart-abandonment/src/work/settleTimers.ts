import { inTransaction, run, uuidToBytes, withConnection, withoutConflict } from "@cart/mysql";
import type { Pool, PoolConnection } from "mysql2/promise";
import type { Policies } from "../policies/policy.ts";
import type { CartProgress } from "../timers/cartProgress.ts";
import { lockTimers } from "../timers/lockTimers.ts";
import { type Schedule, scheduleOf } from "../timers/schedule.ts";
import { type Missing, type Timer, writeTimers } from "../timers/timerRows.ts";

/** The result of working off a claimed timer. */
export type Settled = {
  /** The timer as it was when it was claimed. */
  readonly timer: Timer;
  /** The progress after the newest events that this worker knows. */
  readonly progress: CartProgress;
  /** Whether the timer is deleted, because the cart waits for nothing until its next event. */
  readonly ended?: boolean;
  readonly quiet?: { readonly until: Date; readonly policyVersion: number };
  /** Set if the event store does not have the cart up to the timer's version. `nextAt` is undefined once the timer is given up. */
  readonly missing?: Missing & { readonly nextAt: Date | undefined };
};

/**
 * Ends the claims of timers and writes their next schedules. It never overwrites a newer
 * state that a consumer has written since the claim, and never restores a deleted timer.
 */
export const settleTimers = (pool: Pool, settled: readonly Settled[]): Promise<void> =>
  withoutConflict(() =>
    inTransaction(pool, async (connection) => {
      const tenantIds = settled.flatMap(({ progress }) => progress.tenantId ?? []);
      const { timers, policies } = await lockTimers(
        connection,
        settled.map(({ timer }) => timer.cartId),
        tenantIds,
      );
      const outdated: Settled[] = [];
      const current: Settled[] = [];
      for (const one of settled) {
        const now = timers.get(one.timer.cartId);
        if (now !== undefined) (isOutdated(one, now) ? outdated : current).push(one);
      }
      await writeTimers(
        connection,
        current.map((one) => ({
          cartId: one.timer.cartId,
          progress: one.progress,
          schedule: nextOf(one, policies),
          claimedUntil: null,
          missing: one.missing,
        })),
      );
      await release(
        connection,
        outdated.map(({ timer }) => timer),
      );
    }),
  );

/** Ends the claims of timers and leaves the timers otherwise unchanged. */
export const releaseTimers = (pool: Pool, timers: readonly Timer[]): Promise<void> =>
  withConnection(pool, (connection) => release(connection, timers));

const release = async (connection: PoolConnection, timers: readonly Timer[]): Promise<void> => {
  if (timers.length === 0) return;
  await run(connection, "UPDATE timers SET claimed_until = NULL WHERE cart_id IN (?)", [timers.map(({ cartId }) => uuidToBytes(cartId))]);
};

/**
 * Tells whether the timer has changed since it was claimed: a consumer has applied newer events, made it due at
 * once, or moved it by a new policy.
 */
const isOutdated = ({ timer, progress }: Settled, now: Timer): boolean => {
  if (now.progress.version !== progress.version) return now.progress.version > progress.version;
  return now.dueAt?.getTime() !== timer.dueAt?.getTime() || now.policyVersion !== timer.policyVersion;
};

const nextOf = ({ progress, ended = false, quiet, missing }: Settled, policies: Policies): Schedule | undefined => {
  if (ended) return undefined;
  const schedule = scheduleOf(progress, policies);
  if (schedule !== undefined && missing !== undefined) return { ...schedule, dueAt: missing.nextAt };
  return schedule !== undefined && quiet?.policyVersion === schedule.policyVersion ? { ...schedule, dueAt: quiet.until } : schedule;
};

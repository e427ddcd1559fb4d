import { inTransaction, run, uuidToBytes, withConnection, withoutConflict } from "@cart/mysql";
import type { Pool, PoolConnection } from "mysql2/promise";
import type { Policies } from "../policies/policy.ts";
import { type Purchase, storePurchases } from "../shoppers/purchases.ts";
import type { CartProgress } from "../timers/cartProgress.ts";
import { lockTimers } from "../timers/lockTimers.ts";
import { type Schedule, scheduleOf } from "../timers/schedule.ts";
import { type Missing, type Timer, writeTimers } from "../timers/timerRows.ts";
import type { Pause } from "./decideTimer.ts";

/** The result of working off a claimed timer. */
export type Settled = {
  /** The timer as it was when it was claimed. */
  readonly timer: Timer;
  /** The progress after the newest events that this worker knows. */
  readonly progress: CartProgress;
  /** Whether the timer is deleted, because the cart waits for nothing until its next event. */
  readonly ended?: boolean;
  /** Set if the customer is left alone for now. */
  readonly pause?: Pause;
  /** Set if the event store does not have the cart up to the timer's version. `nextAt` is undefined once the timer is given up. */
  readonly missing?: Missing & { readonly nextAt: Date | undefined };
  /** Set if the user of the cart has purchased it. */
  readonly purchase?: Purchase | undefined;
};

export type SettleOptions = {
  readonly now: Date;
  /** Milliseconds after which a timer is due again whose computed time has already passed. */
  readonly retryMs: number;
};

/**
 * Ends the claims of timers and writes their next schedules. It never overwrites a newer
 * state that a consumer has written since the claim, and never restores a deleted timer. Also stores the purchases.
 */
export const settleTimers = (pool: Pool, settled: readonly Settled[], options: SettleOptions): Promise<void> =>
  withoutConflict(() =>
    inTransaction(pool, async (connection) => {
      const carts = settled.map(({ timer, progress }) => ({ cartId: timer.cartId, tenantId: progress.tenantId }));
      const { timers, policies } = await lockTimers(connection, carts);
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
          schedule: nextOf(one, policies, options),
          claimedUntil: null,
          missing: one.missing,
        })),
      );
      await release(
        connection,
        outdated.map(({ timer }) => timer),
      );
      await storePurchases(
        connection,
        settled.flatMap(({ purchase }) => purchase ?? []),
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

const nextOf = ({ progress, ended = false, pause, missing }: Settled, policies: Policies, options: SettleOptions): Schedule | undefined => {
  if (ended) return undefined;
  const schedule = scheduleOf(progress, policies);
  if (schedule !== undefined && missing !== undefined) return { ...schedule, dueAt: missing.nextAt };
  if (schedule === undefined || pause?.policyVersion !== schedule.policyVersion) return schedule;
  return { ...schedule, dueAt: endOf(pause, options) };
};

/**
 * Returns the end of the pause. A time that is not after now would make the timer due again and again, before all others of
 * its tenant, so a wrong end is replaced: the timer is then due after `retryMs`.
 */
export const endOf = ({ until }: Pause, { now, retryMs }: SettleOptions): Date => (until > now ? until : new Date(now.getTime() + retryMs));

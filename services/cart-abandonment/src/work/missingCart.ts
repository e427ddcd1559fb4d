import type { DueCart } from "./actOnCart.ts";
import type { Settled } from "./settleTimers.ts";

/** Milliseconds until the second attempt; each later attempt waits twice as long as the one before, up to the longest time. */
const firstDelayMs = 10_000;
const longestDelayMs = 3_600_000;

/** Attempts, the last of them four hours after the first, after which the event store is not expected to have the cart any more. */
const maxMisses = 12;

/** Whether the event store does not have the event at the timer's version, for example because it was restored from a backup. */
export const isMissing = ({ timer, newest }: DueCart): boolean => timer.progress.version > (newest?.version ?? 0);

/** Decides when to look for the cart again, or to give its timer up. */
export const settleMissing = ({ timer }: DueCart, now: Date): Settled & { readonly missing: NonNullable<Settled["missing"]> } => {
  const misses = timer.misses + 1;
  const givenUp = misses >= maxMisses;
  const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (misses - 1));
  const nextAt = givenUp ? undefined : new Date(now.getTime() + delayMs);
  return { timer, progress: timer.progress, missing: { misses, givenUpAt: givenUp ? now : null, nextAt } };
};

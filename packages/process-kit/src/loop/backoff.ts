import { setTimeout as delay } from "node:timers/promises";

export type BackoffOptions = {
  /** Bound of the first delay in milliseconds; it doubles with each attempt. */
  readonly baseMs: number;
  /** Bound of every delay in milliseconds. */
  readonly maxMs: number;
  /** Returns 0 to less than 1. `Math.random` by default. */
  readonly random?: () => number;
};

/**
 * Milliseconds to wait after the failed attempt with this number, 1 for the
 * first: a whole number from 0 to min(maxMs, baseMs · 2^(attempt − 1)), all equally
 * likely. "Full jitter" of Marc Brooker, "Exponential Backoff And Jitter" (AWS,
 * 2015): callers that failed together do not return together.
 */
export const delayFor = (attempt: number, { baseMs, maxMs, random = Math.random }: BackoffOptions): number =>
  Math.floor(random() * (Math.min(maxMs, baseMs * 2 ** Math.max(0, attempt - 1)) + 1));

/** Resolves after `ms`, or as soon as the signal is aborted: a loop then sees `signal.aborted`, without an error to catch. */
export const abortableDelay = async (ms: number, signal?: AbortSignal): Promise<void> => {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
};

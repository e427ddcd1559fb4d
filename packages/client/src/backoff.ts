export type Backoff = {
  /** Upper bound of the first wait in milliseconds; it doubles with each attempt. */
  readonly baseMs: number;
  /** Upper bound of every wait in milliseconds, also of one that the server asks for. */
  readonly maxMs: number;
};

/** Milliseconds to wait after an attempt, 1 for the first: anything from 0 to the bound, so that clients that failed together do not return together. */
export const waitAfter = (attempt: number, { baseMs, maxMs }: Backoff): number =>
  Math.random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 30));

/** Resolves after the time. Rejects with the signal's reason as soon as it is aborted. */
export const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });

const reasonOf = (signal: AbortSignal | undefined): Error => (signal?.reason instanceof Error ? signal.reason : new Error("aborted"));

import { abortableDelay } from "@cart/process-kit";

export type VersionWatcherOptions = {
  readonly readVersions: (ids: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** Bounds of the time between two queries. Milliseconds. */
  readonly pace: { readonly shortestMs: number; readonly longestMs: number };
};

export type VersionWait = {
  readonly id: string;
  readonly version: number;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Ends the wait at once. */
  readonly signal: AbortSignal;
};

export type VersionWatcher = {
  /** The aggregate's version once that is the wanted or a later one; `undefined` after the timeout or an abort. Rejects when the versions cannot be read. */
  readonly reached: (wait: VersionWait) => Promise<number | undefined>;
};

/**
 * Waits for aggregates to get to a version. All waits share one query at a time, so a
 * thousand of them ask the database no more often than one does.
 */
export const createVersionWatcher = ({ readVersions, pace }: VersionWatcherOptions): VersionWatcher => {
  const waiting = new Set<Waiting>();
  let wake = new AbortController();
  let isPolling = false;

  const poll = async (): Promise<void> => {
    isPolling = true;
    while (waiting.size > 0) {
      await abortableDelay(pollDelay(waiting, pace), wake.signal);
      if (wake.signal.aborted) {
        wake = new AbortController();
        await abortableDelay(pace.shortestMs);
      }
      const asked = [...waiting];
      if (asked.length === 0) break;
      try {
        const versions = await readVersions([...new Set(asked.map(({ id }) => id))]);
        for (const wait of asked) {
          const version = versions.get(wait.id) ?? 0;
          if (version >= wait.version) wait.settle(version);
        }
      } catch (error) {
        for (const wait of asked) wait.fail(error instanceof Error ? error : new Error(String(error)));
      }
    }
    isPolling = false;
  };

  return {
    reached: ({ id, version, timeoutMs, signal }) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          waiting.delete(wait);
          clearTimeout(timer);
          signal.removeEventListener("abort", giveUp);
        };
        const wait: Waiting = {
          id,
          version,
          since: performance.now(),
          settle: (reached) => {
            end();
            resolve(reached);
          },
          fail: (error) => {
            end();
            reject(error);
          },
        };
        const giveUp = (): void => wait.settle(undefined);
        const timer = setTimeout(giveUp, timeoutMs);
        signal.addEventListener("abort", giveUp);
        if (signal.aborted) {
          giveUp();
          return;
        }
        waiting.add(wait);
        // A loop that has slowed down for those who have waited long is quick again for a new one.
        if (isPolling) wake.abort();
        else void poll();
      }),
  };
};

type Waiting = {
  readonly id: string;
  readonly version: number;
  readonly since: number;
  readonly settle: (reached: number | undefined) => void;
  readonly fail: (error: Error) => void;
};

/** Milliseconds: a tenth of what the newest has waited, within the pace. */
const pollDelay = (waiting: ReadonlySet<Waiting>, { shortestMs, longestMs }: VersionWatcherOptions["pace"]): number => {
  const now = performance.now();
  let newest = Infinity;
  for (const { since } of waiting) newest = Math.min(newest, now - since);
  return Math.min(longestMs, Math.max(shortestMs, newest / 10));
};

/** Most events are projected within a few ms; what takes longer is a backlog. */
export const minVersionPace = { shortestMs: 1, longestMs: 25 };

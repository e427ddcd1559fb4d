/** Decides whether the relay waits before its next fetch, so that a steady stream of rows is published in fewer and larger pages. */
export type Gathering = {
  /** Call it with the number of rows of each fetch. */
  readonly fetched: (rows: number) => void;
  /** Whether rows come steadily: more are likely to come at once. */
  readonly isSteady: () => boolean;
  /** The milliseconds until the next fetch; 0 if rows do not come steadily. */
  readonly waitMs: () => number;
};

export type GatheringOptions = {
  /** Milliseconds from one fetch to the next while rows come steadily; 0 never waits. */
  readonly gatherMs: number;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
};

/** Rows count as a steady stream from this rate on. Below it, the system has CPU to spare, and every row is published at once. */
const steadyRowsPerSecond = 1_000;

/** The time constant of the moving rate, in milliseconds: longer than a group commit, so that a single large command is not a stream. */
const memoryMs = 100;

export const createGathering = ({ gatherMs, now = () => performance.now() }: GatheringOptions): Gathering => {
  /** Rows of the last fetches, each weighted by e^(-age / memoryMs): at a constant rate, the rows of `memoryMs`. */
  let recentRows = 0;
  let lastFetchAt = now();
  const isSteady = (): boolean => gatherMs > 0 && recentRows >= (steadyRowsPerSecond * memoryMs) / 1_000;

  return {
    fetched: (rows) => {
      const at = now();
      recentRows = rows === 0 ? 0 : recentRows * Math.exp((lastFetchAt - at) / memoryMs) + rows;
      lastFetchAt = at;
    },
    isSteady,
    waitMs: () => (isSteady() ? Math.max(0, lastFetchAt + gatherMs - now()) : 0),
  };
};

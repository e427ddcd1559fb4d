export type Newcomers = {
  /** Counts an uncached stream that turned out to be new or not. */
  readonly saw: (wasNew: boolean) => void;
  /** Whether most uncached streams have recently turned out to be new. True until proven otherwise. */
  readonly areUsual: () => boolean;
};

/** Smoothing factor of the moving average, and the share above which guessing "new" pays off. */
const smoothingFactor = 0.05;
const usualShare = 0.9;

/**
 * Estimates whether an uncached stream is new. If one process runs alone, its uncached streams are new streams; if
 * several run, they are also streams that another process created.
 */
export const createNewcomers = (): Newcomers => {
  let share = 1;
  return {
    saw: (wasNew) => {
      share += (Number(wasNew) - share) * smoothingFactor;
    },
    areUsual: () => share >= usualShare,
  };
};

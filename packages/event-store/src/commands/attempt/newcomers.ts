export type Newcomers = {
  /** Counts an uncached stream, and whether it was new. */
  readonly saw: (wasNew: boolean) => void;
  /** Whether most uncached streams have recently turned out to be new. True until proven otherwise. */
  readonly areUsual: () => boolean;
};

/** Smoothing factor of the moving average, and the share above which guessing "new" pays off. */
const weight = 0.05;
const usual = 0.9;

/** Estimates whether an uncached stream is new: a lone process misses only on new streams, one of several also on streams created elsewhere. */
export const createNewcomers = (): Newcomers => {
  let share = 1;
  return {
    saw: (wasNew) => {
      share += (Number(wasNew) - share) * weight;
    },
    areUsual: () => share >= usual,
  };
};

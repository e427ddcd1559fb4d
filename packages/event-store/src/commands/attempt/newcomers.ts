export type Newcomers = {
  /** Counts an uncached stream that turned out to be new or not. */
  readonly saw: (wasNew: boolean) => void;
  /**
   * Whether this many uncached streams (at least one) are probably all new, judging by what uncached streams have recently turned out
   * to be. True until proven otherwise.
   */
  readonly areUsual: (streams: number) => boolean;
};

/** The probability above which guessing "new" pays off. */
const usualShare = 0.9;

/**
 * Smoothing factors of the moving averages by which one stream and several streams are judged. A guess about several streams is
 * wrong if one of them is known, and costs as much as all of them, so it rests on the last hundreds of streams.
 */
const smoothingFactors = { one: 0.05, several: 0.005 } as const;

/**
 * Estimates whether uncached streams are new. If one process runs alone, its uncached streams are new streams; if
 * several run, they are also streams that another process created.
 */
export const createNewcomers = (): Newcomers => {
  const shares = { one: 1, several: 1 };
  return {
    saw: (wasNew) => {
      shares.one += (Number(wasNew) - shares.one) * smoothingFactors.one;
      shares.several += (Number(wasNew) - shares.several) * smoothingFactors.several;
    },
    areUsual: (streams) => (streams === 1 ? shares.one : shares.several ** streams) >= usualShare,
  };
};

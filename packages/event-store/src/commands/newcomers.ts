export type Newcomers = {
  /** Whether a stream that was not in memory was new. */
  readonly saw: (wasNew: boolean) => void;
  /** Whether almost all were, of late; they are until others were seen. */
  readonly areUsual: () => boolean;
};

/** The weight of the newest one in the moving average, and the share from which on it is worth while to assume that the next is new. */
const weight = 0.05;
const usual = 0.9;

/** Tells whether a stream that is not in memory is likely to be new: a process that has all its carts in memory sees new ones, and one of several sees carts of the others too. */
export const createNewcomers = (): Newcomers => {
  let share = 1;
  return {
    saw: (wasNew) => {
      share += (Number(wasNew) - share) * weight;
    },
    areUsual: () => share >= usual,
  };
};

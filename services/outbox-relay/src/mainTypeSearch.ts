/**
 * Almost all rows are of this type. While its topic is away, the server reads all of them to find the rows of other topics behind
 * them. So the relay lets it do that only once in a while: after this many times as long as it took, and after this many milliseconds.
 */
export const mainType = "Cart";
const pausesPerSearch = 4;
const longestPauseMs = 5_000;

/** Decides when the server searches for rows of other topics behind those of the main type. */
export const createMainTypeSearch = () => {
  let dueAt = 0;
  return {
    /** Returns the types that the next query leaves out, of those whose topics are away. */
    withoutTypes: (closed: readonly string[]): readonly string[] =>
      closed.filter((type) => type !== mainType || performance.now() >= dueAt),
    /** Runs a query that leaves out these types. */
    timed: async <T>({ withoutTypes }: { readonly withoutTypes: readonly string[] }, run: () => Promise<T>): Promise<T> => {
      const startedAt = performance.now();
      const result = await run();
      const endedAt = performance.now();
      if (withoutTypes.includes(mainType)) dueAt = endedAt + Math.min(longestPauseMs, pausesPerSearch * (endedAt - startedAt));
      return result;
    },
  };
};

export type CoalesceOptions = {
  /** Upper limit of items in one run; unlimited by default. */
  readonly maxItems?: number;
};

/**
 * Shares the runs of `work` among many callers. One run is in flight at a time: items that arrive during a run wait, and
 * go together into the next run. Items of one synchronous turn always go into the same run, up to `maxItems`.
 *
 * `work` returns a result for each item, in the items' order. If a run fails, it fails for each of its items and for no
 * other. The queue is as long as there are callers, so bound the callers.
 */
export const coalesce = <Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly (Result | undefined)[]>,
  { maxItems = Infinity }: CoalesceOptions = {},
): ((item: Item) => Promise<Result | undefined>) => {
  type Waiting = { readonly item: Item; readonly resolve: (result: Result | undefined) => void; readonly reject: (error: unknown) => void };
  const waiting: Waiting[] = [];
  let isRunning = false;

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const taken = waiting.splice(0, maxItems);
      try {
        const results = await work(taken.map(({ item }) => item));
        taken.forEach(({ resolve }, index) => resolve(results[index]));
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    isRunning = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (isRunning) return;
      isRunning = true;
      queueMicrotask(() => void run());
    });
};

/**
 * Runs `work` for many callers at once: the items that arrive during a run wait, and
 * go together into the next run. `work` returns a result for each item, in their
 * order; if it fails, it fails for all items of that run.
 */
export const inGroups = <Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly (Result | undefined)[]>,
  { maxKeys }: { readonly maxKeys: number },
): ((item: Item) => Promise<Result | undefined>) => {
  type Waiting = { readonly item: Item; readonly resolve: (result: Result | undefined) => void; readonly reject: (error: unknown) => void };
  const waiting: Waiting[] = [];
  let running = false;

  const drain = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const group = waiting.splice(0, maxKeys);
      try {
        const results = await work(group.map(({ item }) => item));
        group.forEach(({ resolve }, index) => resolve(results[index]));
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    running = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!running) void drain();
    });
};

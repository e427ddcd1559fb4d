/**
 * Gathers items while earlier work is in flight and passes them on together: `work`
 * is called with all waiting items, one call at a time. Items that are added in one
 * synchronous turn always go into the same call. `add` settles like the call of
 * `work` with its item.
 */
export const createBatchLane = <Item>(work: (items: readonly Item[]) => Promise<void>): { readonly add: (item: Item) => Promise<void> } => {
  let waiting: { readonly item: Item; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  let isRunning = false;

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      try {
        await work(taken.map(({ item }) => item));
        for (const { resolve } of taken) resolve();
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    isRunning = false;
  };

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (isRunning) return;
        isRunning = true;
        queueMicrotask(() => void run());
      }),
  };
};

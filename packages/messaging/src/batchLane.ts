/**
 * Gathers what is added while earlier work is under way and hands it on as one
 * piece: `work` is called with everything that waits, and never twice at once.
 * What is added in one synchronous turn is always handed on together. `add`
 * settles as the call of `work` that its item was part of.
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

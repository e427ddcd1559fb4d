/** Does the work for each item, for at most `most` of them at a time. */
export const atOnce = async <Item, Result>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  const rest = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
};

/** Sends a request and returns the status of its answer, which is read whole, and how long it took. */
export const statusOf = async (url: string, init: RequestInit = {}): Promise<{ readonly status: number; readonly ms: number }> => {
  const began = performance.now();
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(60_000) });
  await response.arrayBuffer();
  return { status: response.status, ms: performance.now() - began };
};

/** Throws unless every status is 200. */
export const requireSuccess = (what: string, answers: readonly { readonly status: number }[]): void => {
  const failed = answers.filter(({ status }) => status !== 200).map(({ status }) => status);
  if (failed.length > 0)
    throw new Error(`${failed.length} of ${answers.length} ${what} are answered with ${[...new Set(failed)].join(", ")}`);
};

export type Page<Item> = {
  readonly items: readonly Item[];
  /** The id behind which the next page begins; `undefined` on the last page. */
  readonly next: number | undefined;
};

export type PageByPage<Item> = {
  readonly afterId: number;
  readonly page: (afterId: number) => Promise<Page<Item>>;
  readonly work: (item: Item) => Promise<void>;
  readonly idOf: (item: Item) => number;
};

/** Milliseconds after which a request answers with what is done, so that it does not end in a time-out. */
const longestWorkMs = 5_000;

/** Works item by item, for a few seconds at most. Resolves to the id behind which to go on, or to null if everything is done. */
export const pageByPage = async <Item>(
  { afterId, page, work, idOf }: PageByPage<Item>,
  now: () => number = () => performance.now(),
): Promise<number | null> => {
  const until = now() + longestWorkMs;
  let from: number | undefined = afterId;
  while (from !== undefined) {
    const { items, next }: Page<Item> = await page(from);
    for (const item of items) {
      await work(item);
      if (now() > until) return idOf(item);
    }
    from = next;
  }
  return null;
};

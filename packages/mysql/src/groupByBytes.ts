/** Splits a list, in order, into groups of at most `maxBytes`; an item that is larger is a group of its own. */
export const groupByBytes = <Item>(items: readonly Item[], bytesOf: (item: Item) => number, maxBytes: number): Item[][] => {
  const groups: Item[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const size = bytesOf(item);
    if (bytes + size > maxBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(item);
    bytes += size;
  }
  return groups;
};

/**
 * Upper limit of a statement that inserts several rows, in bytes, far below the `max_allowed_packet` of any server. A larger
 * statement is not faster.
 */
export const insertBytes = 524_288;

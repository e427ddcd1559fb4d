/**
 * A queue of entries, each of which needs one or more streams. Until a batch is released, no other
 * batch gets its streams, and no entry overtakes an earlier entry on the same stream.
 */
export type StreamQueue<Entry> = {
  /** The number of waiting entries. */
  readonly length: () => number;
  readonly add: (entry: Entry) => void;
  /** Whether none of the entry's streams is in a batch. */
  readonly isFree: (entry: Entry) => boolean;
  /** The number of entries in batches that are not released yet. */
  readonly taken: () => number;
  /** Takes up to `maxEntries` of the oldest entries whose streams are free; beyond `share`, only entries on streams already in the batch. */
  readonly take: (maxEntries: number, share?: number) => readonly Entry[];
  /** Frees the streams of a batch that was taken. */
  readonly release: (batch: readonly Entry[]) => void;
};

export const createStreamQueue = <Entry>(streamIdsOf: (entry: Entry) => readonly string[]): StreamQueue<Entry> => {
  let waiting: Entry[] = [];
  let taken = 0;
  const busy = new Set<string>();

  const take = (maxEntries: number, share = maxEntries): readonly Entry[] => {
    const batch: Entry[] = [];
    const left: Entry[] = [];
    const own = new Set<string>();
    const held = new Set(busy);
    for (const entry of waiting) {
      const ids = streamIdsOf(entry);
      const fits = batch.length < maxEntries && (batch.length < share || ids.every((id) => own.has(id)));
      if (fits && ids.every((id) => !held.has(id))) {
        batch.push(entry);
        for (const id of ids) own.add(id);
      } else {
        left.push(entry);
        // Later entries must not overtake it, not even on those of its streams that are free.
        for (const id of ids) held.add(id);
      }
    }
    for (const id of own) busy.add(id);
    waiting = left;
    taken += batch.length;
    return batch;
  };

  return {
    length: () => waiting.length,
    taken: () => taken,
    add: (entry) => void waiting.push(entry),
    isFree: (entry) => streamIdsOf(entry).every((id) => !busy.has(id)),
    take,
    release: (batch) => {
      taken -= batch.length;
      for (const id of batch.flatMap(streamIdsOf)) busy.delete(id);
    },
  };
};

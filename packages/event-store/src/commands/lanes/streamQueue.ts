/**
 * Entries that wait, each for one or more streams. A batch that was taken has its streams to
 * itself until it is released, and no entry overtakes another one on the same stream.
 */
export type StreamQueue<Entry> = {
  /** How many entries are waiting. */
  readonly length: () => number;
  readonly add: (entry: Entry) => void;
  /** Whether no batch has any of the entry's streams. */
  readonly isFree: (entry: Entry) => boolean;
  /** How many entries are taken and not released. */
  readonly taken: () => number;
  /** Up to `most` of the oldest entries whose streams are free; beyond `share`, only entries on streams already in the batch. */
  readonly take: (most: number, share?: number) => readonly Entry[];
  /** Frees the streams of a batch that was taken. */
  readonly release: (batch: readonly Entry[]) => void;
};

export const createStreamQueue = <Entry>(streamIdsOf: (entry: Entry) => readonly string[]): StreamQueue<Entry> => {
  let waiting: Entry[] = [];
  let taken = 0;
  const busy = new Set<string>();

  const take = (most: number, share = most): readonly Entry[] => {
    const batch: Entry[] = [];
    const left: Entry[] = [];
    const own = new Set<string>();
    const held = new Set(busy);
    for (const entry of waiting) {
      const ids = streamIdsOf(entry);
      const fits = batch.length < most && (batch.length < share || ids.every((id) => own.has(id)));
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

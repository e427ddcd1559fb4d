/**
 * Entries that wait, each for one or more streams. What is taken has its streams to
 * itself until it is put back, and none overtakes another on the same stream.
 */
export type StreamQueue<Entry> = {
  /** How many wait. */
  readonly length: () => number;
  readonly add: (entry: Entry) => void;
  /** Whether nobody has the entry's streams. */
  readonly isFree: (entry: Entry) => boolean;
  /** How many are taken and not released. */
  readonly taken: () => number;
  /** The oldest entries whose streams are free, at most so many; beyond `share` only those on streams that it gives already. */
  readonly take: (most: number, share?: number) => readonly Entry[];
  /** Frees the streams of what was taken. */
  readonly release: (taken: readonly Entry[]) => void;
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
      const fits = batch.length < share || (batch.length < most && ids.every((id) => own.has(id)));
      if (fits && ids.every((id) => !held.has(id))) {
        batch.push(entry);
        for (const id of ids) own.add(id);
      } else {
        left.push(entry);
        // Those behind it wait with it, also on the streams of it that are free.
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

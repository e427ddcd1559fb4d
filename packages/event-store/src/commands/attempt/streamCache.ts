import { LRUCache } from "lru-cache";
import type { LoadedStream } from "../../streams/loadStreams.ts";
import { createNewcomers } from "./newcomers.ts";

/** The states of the streams that this process used last. A state may be stale because other processes append too. */
export type StreamCache<State> = {
  readonly get: (aggregateId: string) => LoadedStream<State> | undefined;
  /** Stores the committed states. A stream without events is not stored. */
  readonly keep: (streams: ReadonlyMap<string, LoadedStream<State>>) => void;
  readonly forget: (aggregateIds: readonly string[]) => void;
  /** Counts streams that were loaded: an uncached stream that has events was not new. */
  readonly sawLoaded: (streams: ReadonlyMap<string, LoadedStream<State>>) => void;
  /** Counts a stream whose first event was appended. */
  readonly sawNew: () => void;
  /** Whether some of the streams are not cached, and probably all of these are new. */
  readonly suggestsNew: (aggregateIds: readonly string[]) => boolean;
};

/** Bounds of the cache. */
export type CacheLimits = {
  readonly maxStreams: number;
  /** By the estimate of the aggregate's `memoryBytes`. A state that is larger than the whole cache is not kept. */
  readonly maxBytes: number;
  /** Milliseconds after which a state is read again, however often commands change it; by default it is kept until others displace it. */
  readonly maxAgeMs?: number;
};

export const createStreamCache = <State>(
  { maxStreams, maxBytes, maxAgeMs }: CacheLimits,
  memoryBytes: (state: State) => number,
): StreamCache<State> => {
  const cache = new LRUCache<string, LoadedStream<State>>({
    max: maxStreams,
    maxSize: maxBytes,
    sizeCalculation: ({ state }) => memoryBytes(state),
    ...(maxAgeMs === undefined ? {} : { ttl: maxAgeMs }),
  });
  const newcomers = createNewcomers();
  const keepOne = (id: string, stream: LoadedStream<State>): void => {
    if (maxAgeMs === undefined) return void cache.set(id, stream);
    // A change does not prolong the life of a state, because the change was decided on what was read then.
    const loadedAt = stream.loadedAt ?? performance.now();
    const ttl = maxAgeMs - (performance.now() - loadedAt);
    if (ttl >= 1) cache.set(id, { ...stream, loadedAt }, { ttl: Math.floor(ttl) });
    else cache.delete(id);
  };
  return {
    get: (id) => cache.get(id),
    keep: (streams) => {
      for (const [id, stream] of streams) if (stream.version > 0) keepOne(id, stream);
    },
    forget: (ids) => {
      for (const id of ids) cache.delete(id);
    },
    sawLoaded: (streams) => {
      for (const [id, { version }] of streams) if (version > 0 && !cache.has(id)) newcomers.saw(false);
    },
    sawNew: () => newcomers.saw(true),
    suggestsNew: (ids) => {
      const uncached = new Set(ids.filter((id) => !cache.has(id))).size;
      return uncached > 0 && newcomers.areUsual(uncached);
    },
  };
};

import { LRUCache } from "lru-cache";
import type { LoadedStream } from "../../streams/loadStreams.ts";
import { createNewcomers } from "./newcomers.ts";

/** The states of the streams that this process used last. A state may be stale: other processes append too. */
export type StreamCache<State> = {
  readonly get: (aggregateId: string) => LoadedStream<State> | undefined;
  /** Keeps what was committed. A stream without events is not kept. */
  readonly keep: (streams: ReadonlyMap<string, LoadedStream<State>>) => void;
  readonly forget: (aggregateIds: readonly string[]) => void;
  /** Counts streams that were loaded: one that was not cached and has events was no new one. */
  readonly sawLoaded: (streams: ReadonlyMap<string, LoadedStream<State>>) => void;
  /** Counts a stream whose first event was appended. */
  readonly sawNew: () => void;
  /** Whether one of the streams is not cached, and such streams have mostly turned out to be new. */
  readonly suggestsNew: (aggregateIds: readonly string[]) => boolean;
};

export const createStreamCache = <State>(maxStreams: number): StreamCache<State> => {
  const cache = new LRUCache<string, LoadedStream<State>>({ max: maxStreams });
  const newcomers = createNewcomers();
  return {
    get: (id) => cache.get(id),
    keep: (streams) => {
      for (const [id, stream] of streams) if (stream.version > 0) cache.set(id, stream);
    },
    forget: (ids) => {
      for (const id of ids) cache.delete(id);
    },
    sawLoaded: (streams) => {
      for (const [id, { version }] of streams) if (version > 0 && !cache.has(id)) newcomers.saw(false);
    },
    sawNew: () => newcomers.saw(true),
    suggestsNew: (ids) => newcomers.areUsual() && ids.some((id) => !cache.has(id)),
  };
};

/**
 * Remembers the ids of handled events. Kafka delivers an event again after a crash or a rebalance, perhaps to another process.
 * `createSeenEvents` remembers in memory; implement this port on a database to recognize events of earlier runs and of other processes.
 */
export type SeenEvents = {
  readonly has: (eventId: string) => boolean | Promise<boolean>;
  /** Called after the event was handled. If the process dies in between, the event is handled again. */
  readonly add: (eventId: string) => void | Promise<void>;
};

/** Remembers the last ids in memory, 10,000 by default. */
export const createSeenEvents = ({ max = 10_000 }: { readonly max?: number } = {}): SeenEvents => {
  const ids = new Set<string>();
  return {
    has: (eventId) => ids.has(eventId),
    add: (eventId) => {
      // An id that is added again becomes the newest one.
      ids.delete(eventId);
      ids.add(eventId);
      const [oldest] = ids;
      if (ids.size > max && oldest !== undefined) ids.delete(oldest);
    },
  };
};

import { cartAggregateType } from "@cart/domain";
import { bytesToUuid, uuidToBytes } from "@cart/mysql";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { eventColumns, type EventRow, type StoredEvent, toStoredEvent } from "../history/readEvents.ts";

/** The events of a cart after one version and up to another. */
export type EventRange = { readonly cartId: string; readonly after: number; readonly upTo: number };

export type EventFeed = {
  /** Rejects with a `DatabaseUnavailableError` when the events cannot be read. */
  readonly read: (range: EventRange) => Promise<readonly StoredEvent[]>;
};

/** Bounds what one statement reads, and so holds in memory: its ranges are as long as the streams' pages. */
const rangesInStatement = 50;

/**
 * Reads the ranges that are asked for in one turn of the event loop together, each
 * of them once: a thousand streams of one cart cost one range, and of a thousand
 * carts twenty statements.
 */
export const createEventFeed = (eventStore: ReadOnlyDatabase): EventFeed => {
  let asked = new Map<string, Asked>();

  const readAsked = async (): Promise<void> => {
    const all = [...asked.values()];
    asked = new Map();
    for (let start = 0; start < all.length; start += rangesInStatement) {
      const some = all.slice(start, start + rangesInStatement);
      try {
        const events = await readRanges(eventStore, some);
        for (const { cartId, after, upTo, settle } of some) {
          settle.resolve((events.get(cartId) ?? []).filter(({ version }) => version > after && version <= upTo));
        }
      } catch (error) {
        for (const { settle } of some) settle.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
  };

  return {
    read: (range) => {
      const key = `${range.cartId}:${range.after}:${range.upTo}`;
      const known = asked.get(key);
      if (known !== undefined) return known.events;
      if (asked.size === 0) setImmediate(() => void readAsked());
      const added = { ...range, ...pending() };
      asked.set(key, added);
      return added.events;
    },
  };
};

type Settle = { readonly resolve: (events: readonly StoredEvent[]) => void; readonly reject: (error: Error) => void };
type Asked = EventRange & { readonly events: Promise<readonly StoredEvent[]>; readonly settle: Settle };

const pending = (): Pick<Asked, "events" | "settle"> => {
  let settle: Settle | undefined;
  const events = new Promise<readonly StoredEvent[]>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (settle === undefined) throw new Error("a promise did not run its executor");
  return { events, settle };
};

const readRanges = async (eventStore: ReadOnlyDatabase, ranges: readonly EventRange[]): Promise<Map<string, StoredEvent[]>> => {
  const rows = await eventStore.query<EventRow>(
    `SELECT ${eventColumns} FROM events
     WHERE ${ranges.map(() => "(aggregate_id = ? AND aggregate_type = ? AND version > ? AND version <= ?)").join(" OR ")}
     ORDER BY aggregate_id, version`,
    ranges.flatMap(({ cartId, after, upTo }) => [uuidToBytes(cartId), cartAggregateType, after, upTo]),
  );
  const events = new Map<string, StoredEvent[]>();
  for (const row of rows) {
    const cartId = bytesToUuid(row.aggregate_id);
    const ofCart = events.get(cartId);
    if (ofCart === undefined) events.set(cartId, [toStoredEvent(row)]);
    else ofCart.push(toStoredEvent(row));
  }
  return events;
};

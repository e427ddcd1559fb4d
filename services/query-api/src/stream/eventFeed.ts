import type { CartEvent, RecordedEvent } from "@cart/domain";
import { readRanges, type StreamRange, type StreamSlice } from "@cart/event-store";
import type { StoredCarts } from "../history/storedCarts.ts";
import { type StreamMessage, streamMessages } from "./streamMessage.ts";

/** The events of a cart after one version and up to another. The currency is the cart's at that first version. */
export type EventRange = { readonly cartId: string; readonly currency: string; readonly after: number; readonly upTo: number };

export type EventFeed = {
  /**
   * The messages of the first events of the range; fewer than all of them if many large events were requested at the same
   * time. Rejects with a `DatabaseUnavailableError` when the events cannot be read, and with a `StreamDamagedError`.
   */
  readonly read: (range: EventRange) => Promise<Messages>;
};

/** Reads ranges with one statement: a slice for each range, in their order. */
export type ReadSlices = (ranges: readonly StreamRange[]) => Promise<readonly StreamSlice<RecordedEvent<CartEvent>>[]>;

/** Bounds what one statement reads: its ranges are as long as the streams' pages. */
const rangesInStatement = 50;

/** Bounds what one statement keeps in memory. */
const limits = { maxEvents: 1_000, maxBytes: 4_194_304 };

export const readSlicesFrom =
  ({ read, carts }: StoredCarts): ReadSlices =>
  (ranges) =>
    readRanges(read, carts, ranges, limits);

/**
 * Reads the ranges that are requested in one turn of the event loop together, each of them once: a thousand streams of
 * one cart cost one range and one copy of its messages, and those of a thousand carts twenty statements.
 */
export const createEventFeed = (readSlices: ReadSlices): EventFeed => {
  let asked = new Map<string, Asked>();

  const readAsked = async (): Promise<void> => {
    const all = [...asked.values()];
    asked = new Map();
    for (let start = 0; start < all.length; start += rangesInStatement) await readSome(all.slice(start, start + rangesInStatement));
  };

  /** Settles each range, also when the others have filled the first page: then it is read with the next one. */
  const readSome = async (some: readonly Asked[]): Promise<void> => {
    let unread = some;
    try {
      while (unread.length > 0) {
        const slices = await readSlices(unread.map(({ cartId: aggregateId, after, upTo }) => ({ aggregateId, after, upTo })));
        unread = unread.filter(({ currency, settle }, index) => {
          const slice = slices[index];
          const isUnread = slice !== undefined && slice.events.length === 0 && !slice.isWhole && slice.damage === undefined;
          if (slice?.damage !== undefined && slice.events.length === 0) settle.reject(slice.damage);
          else if (!isUnread) settle.resolve(streamMessages(slice?.events ?? [], currency));
          return isUnread;
        });
      }
    } catch (error) {
      for (const { settle } of unread) settle.reject(error instanceof Error ? error : new Error(String(error)));
    }
  };

  return {
    read: (range) => {
      const key = `${range.cartId}:${range.after}:${range.upTo}`;
      const known = asked.get(key);
      if (known !== undefined) return known.messages;
      if (asked.size === 0) setImmediate(() => void readAsked());
      const added = { ...range, ...pending() };
      asked.set(key, added);
      return added.messages;
    },
  };
};

type Messages = readonly StreamMessage[];
type Settle = { readonly resolve: (messages: Messages) => void; readonly reject: (error: Error) => void };
type Asked = EventRange & { readonly messages: Promise<Messages>; readonly settle: Settle };

const pending = (): Pick<Asked, "messages" | "settle"> => {
  let settle: Settle | undefined;
  const messages = new Promise<Messages>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (settle === undefined) throw new Error("a promise did not run its executor");
  return { messages, settle };
};

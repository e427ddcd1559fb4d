import type { CartEvent, RecordedEvent } from "@cart/domain";
import { type PageLimits, readRanges, type StreamCategory, StreamDamagedError, type StreamRange } from "@cart/event-store";
import { readRowsFrom } from "@cart/mysql";
import type { Pool } from "mysql2/promise";
import { type CartProgress, followCart, unknownCart } from "../timers/cartProgress.ts";
import type { Timer } from "../timers/timerRows.ts";

/** The cart of a timer, brought up to date with the event store. */
export type UpToDate = {
  /** The progress after all events of the cart. */
  readonly progress: CartProgress;
  /**
   * The cart's last event, which becomes the cause of the event that the timer appends; `undefined` if the event
   * store does not have the cart.
   */
  readonly newest: RecordedEvent<CartEvent> | undefined;
};

const page: PageLimits = { maxEvents: 5_000, maxBytes: 16_777_216 };

/**
 * Brings timers up to date with the event store. For each cart it reads, page by page, the event at the timer's version and all
 * newer events, and also the first event if the tenant is unknown. The results are in the order of `timers`. If a cart's stream
 * is damaged, or has an event that only a newer program knows, its result is a `StreamDamagedError`, because what the cart waits
 * for is unknown. The results of other carts are not affected.
 */
export const readNewEvents = async (
  eventStore: Pool,
  carts: StreamCategory<CartEvent>,
  timers: readonly Timer[],
): Promise<readonly (UpToDate | StreamDamagedError)[]> => {
  const results: (UpToDate | StreamDamagedError)[] = timers.map(({ progress }) => ({
    progress: progress.version === 0 ? unknownCart : progress,
    newest: undefined,
  }));
  let unread = timers.flatMap(({ cartId, progress }, index) => rangesOf(cartId, progress).map((range) => ({ index, range })));
  while (unread.length > 0) {
    const slices = await readRanges(
      readRowsFrom(eventStore),
      carts,
      unread.map(({ range }) => range),
      page,
    );
    unread = unread.flatMap(({ index, range }, place) => {
      const [before, slice] = [results[index], slices[place]];
      if (before === undefined || slice === undefined || before instanceof StreamDamagedError) return [];
      const events = slice.events.map((recorded) => ({ ...recorded, type: recorded.event.type }));
      const newest = slice.events.at(-1);
      results[index] = slice.damage ?? { progress: followCart(before.progress, events).progress, newest: newest ?? before.newest };
      return slice.isWhole || slice.damage !== undefined ? [] : [{ index, range: { ...range, after: newest?.version ?? range.after } }];
    });
  }
  return results;
};

/** Returns the ranges of events to read, in the order in which they must be applied. */
const rangesOf = (aggregateId: string, { tenantId, version }: CartProgress): StreamRange[] => {
  const after = Math.max(0, version - 1);
  return tenantId === undefined && after > 0
    ? [
        { aggregateId, after: 0, upTo: 1 },
        { aggregateId, after },
      ]
    : [{ aggregateId, after }];
};

import type { CartEvent, RecordedEvent } from "@cart/domain";
import { type PageLimits, readRanges, type StreamCategory, StreamDamagedError, type StreamRange } from "@cart/event-store";
import { readRowsFrom } from "@cart/mysql";
import type { Pool } from "mysql2/promise";
import { type CartProgress, followCart, unknownCart } from "../timers/cartProgress.ts";

/** A cart with what is known about it. */
export type KnownCart = { readonly cartId: string; readonly progress: CartProgress };

/** A cart, brought up to date with the event store. */
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
 * Brings carts up to date with the event store. For each cart it reads, page by page, the event at the known version and all
 * newer events, or all events if the tenant or the user is unknown. The results are in the order of the carts. If a cart's stream
 * is damaged, or has an event that only a newer program knows, its result is a `StreamDamagedError`, because what the cart waits
 * for is unknown. The results of other carts are not affected.
 */
export const readNewEvents = async (
  eventStore: Pool,
  carts: StreamCategory<CartEvent>,
  known: readonly KnownCart[],
): Promise<readonly (UpToDate | StreamDamagedError)[]> => {
  const beginnings = known.map(({ cartId, progress }) => ({ cartId, progress: isWhole(progress) ? progress : unknownCart }));
  const results: (UpToDate | StreamDamagedError)[] = beginnings.map(({ progress }) => ({ progress, newest: undefined }));
  let unread = beginnings.map(({ cartId, progress }, index): { readonly index: number; readonly range: StreamRange } => ({
    index,
    range: { aggregateId: cartId, after: Math.max(0, progress.version - 1) },
  }));
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

/** Whether the progress has everything that the first events of a cart say. */
const isWhole = ({ version, tenantId, userId }: CartProgress): boolean => version > 0 && tenantId !== undefined && userId !== undefined;

import type { CartEvent, RecordedEvent } from "@cart/domain";
import { readStream } from "@cart/event-store";
import { pageOf } from "./pageLimits.ts";
import type { StoredCarts } from "./storedCarts.ts";

export type HistoryPage = {
  readonly events: readonly RecordedEvent<CartEvent>[];
  /** Whether the cart has no further events. */
  readonly isWhole: boolean;
};

/** How many events are read first, and how many times more each time. */
const firstEvents = 10;
const growth = 4;

/**
 * Reads the events after a version: at most `limit`, and about a megabyte. The database sends every event that it is asked for,
 * also those that do not fit, so a few are read first, and more only if all of these fit.
 */
export const readHistoryPage = async (
  { read, carts }: StoredCarts,
  { aggregateId, after, limit }: { readonly aggregateId: string; readonly after: number; readonly limit: number },
): Promise<HistoryPage> => {
  const events: RecordedEvent<CartEvent>[] = [];
  for (let most = firstEvents; ; most *= growth) {
    const asked = Math.min(most, limit - events.length);
    const page = await readStream(read, carts, { aggregateId, after: after + events.length }, pageOf(asked));
    events.push(...page.events);
    if (page.isWhole || page.events.length < asked || events.length === limit) return { events, isWhole: page.isWhole };
  }
};

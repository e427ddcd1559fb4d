import type { PageLimits } from "@cart/event-store";

/** What one page of a fold reads: as many events as `maxEvents` says, and in memory no more than this. */
export const pageOf = (maxEvents = 10_000): PageLimits => ({ maxEvents, maxBytes: 16_777_216 });

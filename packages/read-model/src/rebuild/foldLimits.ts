import type { PageLimits } from "@cart/event-store";

/** Returns the limits of one page of a fold: at most `maxEvents` events, and at most 16 MiB of memory. */
export const pageOf = (maxEvents = 10_000): PageLimits => ({ maxEvents, maxBytes: 16_777_216 });

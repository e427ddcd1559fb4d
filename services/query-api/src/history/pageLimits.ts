import type { PageLimits } from "@cart/event-store";

/** Bytes of event data that one request holds at a time. */
const maxBytes = 1_048_576;

export const oneEvent: PageLimits = { maxEvents: 1, maxBytes };

export const pageOf = (maxEvents: number): PageLimits => ({ maxEvents, maxBytes });

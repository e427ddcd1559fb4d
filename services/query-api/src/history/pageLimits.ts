import type { PageLimits } from "@cart/event-store";

/** Bytes of event data that one request holds at a time. */
const maxBytes = 4_194_304;

export const oneEvent: PageLimits = { maxEvents: 1, maxBytes };

export const pageOf = (maxEvents: number): PageLimits => ({ maxEvents, maxBytes });

import type { CartEvent, RecordedEvent } from "@cart/domain";
import { cartEventView } from "../history/cartEventView.ts";

/** A server-sent event. All streams of a cart write the same bytes, so that a large event is in memory once. */
export type StreamMessage = { readonly version: number; readonly bytes: Buffer };

export const streamMessage = (event: RecordedEvent<CartEvent>, currency: string): StreamMessage => ({
  version: event.version,
  bytes: Buffer.from(`id: ${event.version}\nevent: cart\ndata: ${JSON.stringify(cartEventView(event, currency))}\n\n`),
});

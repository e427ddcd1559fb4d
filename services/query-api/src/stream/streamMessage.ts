import type { CartEvent, RecordedEvent } from "@cart/domain";
import { cartEventView } from "../history/cartEventView.ts";

/** A server-sent event. All streams of a cart write the same bytes, so that a large event is in memory once. */
export type StreamMessage = {
  readonly version: number;
  /** Whether no event can follow. */
  readonly isLast: boolean;
  readonly bytes: Buffer;
};

export const streamMessage = ({ version, event, ...recorded }: RecordedEvent<CartEvent>, currency: string): StreamMessage => ({
  version,
  isLast: finishesCart(event),
  bytes: Buffer.from(
    `id: ${version}\nevent: cart\ndata: ${JSON.stringify(cartEventView({ version, event, ...recorded }, { currency }))}\n\n`,
  ),
});

/** A cart that was purchased or merged takes no more commands. */
export const finishesCart = ({ type }: CartEvent): boolean => type === "CartPurchased" || type === "CartMergedInto";

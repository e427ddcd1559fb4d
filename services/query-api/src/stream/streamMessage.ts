import type { CartEvent, RecordedEvent } from "@cart/domain";
import { cartEventView, currencyAfter } from "../history/cartEventView.ts";

/** A server-sent event. All streams of a cart write the same bytes, so that a large event is in memory once. */
export type StreamMessage = {
  readonly version: number;
  /** Whether no event can follow. */
  readonly isLast: boolean;
  readonly bytes: Buffer;
  /** The cart's currency after the event. */
  readonly currency: string;
  /** The user to whom the event gives the cart: a stream of another user ends before it. */
  readonly newOwner?: string;
};

/** The messages of the cart's events in a row, of which the first follows a version with the currency. */
export const streamMessages = (events: readonly RecordedEvent<CartEvent>[], currency: string): StreamMessage[] => {
  let current = currency;
  return events.map((event) => {
    current = currencyAfter(event, current);
    return streamMessage(event, current);
  });
};

const streamMessage = (recorded: RecordedEvent<CartEvent>, currency: string): StreamMessage => ({
  version: recorded.version,
  isLast: finishesCart(recorded.event),
  ...(recorded.event.type === "CartClaimed" ? { newOwner: recorded.event.data.user_id } : {}),
  currency,
  bytes: Buffer.from(`id: ${recorded.version}\nevent: cart\ndata: ${JSON.stringify(cartEventView(recorded, { currency }))}\n\n`),
});

/** A cart that was purchased or merged takes no more commands. */
export const finishesCart = ({ type }: CartEvent): boolean => type === "CartPurchased" || type === "CartMergedInto";

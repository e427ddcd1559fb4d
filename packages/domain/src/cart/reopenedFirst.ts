import type { CartEvent } from "./cartEvents.ts";
import type { Cart } from "./cartState.ts";

/**
 * What a customer's command causes. An abandoned cart takes no event but its
 * `CartReopened`, so that goes before the others, in the same decision. A command
 * that changes nothing, or is refused, leaves the cart abandoned.
 */
export const reopenedFirst = (cart: Cart, events: readonly CartEvent[]): readonly CartEvent[] =>
  cart.status === "ABANDONED" && events.length > 0 ? [{ type: "CartReopened", data: {} }, ...events] : events;

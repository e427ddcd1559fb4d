import type { CartEvent } from "./cartEvents.ts";

/** A record, so that an event that is new does not compile until it is here. */
const isActivity: Readonly<Record<CartEvent["type"], boolean>> = {
  CartCreated: true,
  ItemAddedToCart: true,
  ItemQuantityChanged: true,
  ItemRemovedFromCart: true,
  CartCleared: true,
  CartSubmitted: true,
  CartReopened: true,
  CartPurchased: true,
  CartMergedInto: true,
  CartMergedFrom: true,
  CartAbandoned: false,
  CartAbandonmentReminderDue: false,
};

/** Whether the event is of the cart's customer, and so begins the time anew after which the cart counts as abandoned. */
export const isCartActivity = ({ type }: Pick<CartEvent, "type">): boolean => isActivity[type];

import type { CartEvent } from "./cartEvents.ts";
import type { Cart } from "./cartState.ts";

/** The way from a new cart to an order. A cart is recovered when it is purchased after it was abandoned at any time. */
export const cartMilestones = ["created", "with_items", "submitted", "purchased", "abandoned", "recovered"] as const;

export type CartMilestone = (typeof cartMilestones)[number];

/** The milestones that the event reaches, not necessarily for the first time. `before` is the cart that the event follows. */
export const milestonesOf = (before: Cart, event: CartEvent): readonly CartMilestone[] => {
  switch (event.type) {
    case "CartCreated":
      return ["created"];
    case "ItemAddedToCart":
      return hadItems(before) ? [] : ["with_items"];
    case "CartMergedFrom":
      return hadItems(before) || event.data.lines.length === 0 ? [] : ["with_items"];
    case "CartSubmitted":
      return ["submitted"];
    case "CartPurchased":
      return before.status !== "NONE" && before.wasAbandoned ? ["purchased", "recovered"] : ["purchased"];
    case "CartAbandoned":
      return ["abandoned"];
    case "ItemQuantityChanged":
    case "ItemRemovedFromCart":
    case "CartCleared":
    case "CartReopened":
    case "CartMergedInto":
    case "CartAbandonmentReminderDue":
      return [];
    default:
      return event satisfies never;
  }
};

/** Ever, not only now: positions are never reused. */
const hadItems = (cart: Cart): boolean => cart.status !== "NONE" && cart.nextPosition > 1;

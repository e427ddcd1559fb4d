import type { CartEvent } from "./cartEvents.ts";
import type { Cart } from "./cartState.ts";

/**
 * The steps from a new cart to an order. `abandoned` counts every abandoned cart, `checkout_abandoned` those that were left
 * at checkout. A cart counts as recovered if it is purchased after it was ever abandoned.
 */
export const cartMilestones = ["created", "with_items", "submitted", "purchased", "abandoned", "recovered", "checkout_abandoned"] as const;

export type CartMilestone = (typeof cartMilestones)[number];

/** Returns the milestones that the event reaches, not necessarily for the first time. `before` is the state of the cart before the event. */
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
      return event.data.stage === "checkout" ? ["abandoned", "checkout_abandoned"] : ["abandoned"];
    case "CartAttributesChanged":
    case "CartAdjustmentsChanged":
    case "CartCurrencyChanged":
    case "CartClaimed":
    case "ItemQuantityChanged":
    case "ItemPriceChanged":
    case "ItemRemovedFromCart":
    case "CartCleared":
    case "CartReopened":
    case "CartMergedInto":
    case "CartAbandonmentReminderDue":
    case "CartArchived":
      return [];
    default:
      return event satisfies never;
  }
};

/** Whether the cart has ever had a line. Positions are never reused, so the next one tells. */
const hadItems = (cart: Cart): boolean => cart.status !== "NONE" && cart.nextPosition > 1;

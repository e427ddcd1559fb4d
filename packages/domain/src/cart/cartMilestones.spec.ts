import { expect } from "chai";
import { cartDecider } from "./cartAggregate.ts";
import type { CartEvent } from "./cartEvents.ts";
import { type CartMilestone, milestonesOf } from "./cartMilestones.ts";

const created: CartEvent = { type: "CartCreated", data: { user_id: "user-1", tenant_id: "default", currency: "USD" } };
const added: CartEvent = {
  type: "ItemAddedToCart",
  data: { line_id: "a", item_id: "a", quantity: 1, unit_price: 1, previous_unit_price: null },
};
const cleared: CartEvent = { type: "CartCleared", data: {} };
const submitted: CartEvent = { type: "CartSubmitted", data: { total_amount: 1, item_count: 1, line_count: 1 } };
const reopened: CartEvent = { type: "CartReopened", data: {} };
const purchased: CartEvent = { type: "CartPurchased", data: { order_id: "o", total_amount: 1 } };
const abandoned: Extract<CartEvent, { type: "CartAbandoned" }> = {
  type: "CartAbandoned",
  data: { last_activity_at: "2025-11-20T16:30:00.000Z", abandoned_after_minutes: 60, stage: "cart" },
};
const merged = (...lines: Extract<CartEvent, { type: "CartMergedFrom" }>["data"]["lines"]): CartEvent => ({
  type: "CartMergedFrom",
  data: { source_cart_id: "00000000-0000-4000-8000-000000000002", strategy: "add", lines },
});

const reached = (...events: readonly CartEvent[]): CartMilestone[] => {
  let cart = cartDecider.initialState;
  return events.flatMap((event) => {
    const milestones = milestonesOf(cart, event);
    cart = cartDecider.evolve(cart, event);
    return milestones;
  });
};

describe("milestonesOf", () => {
  it("names `with_items` for the first line ever, whether added or merged, and not for a later first line", () => {
    expect(reached(created, added, added, cleared, added)).to.deep.equal(["created", "with_items"]);
    expect(reached(created, merged(), merged({ line_id: "a", item_id: "a", quantity: 1, unit_price: 1 }), added)).to.deep.equal([
      "created",
      "with_items",
    ]);
  });

  it("names a milestone each time that the cart reaches it", () => {
    const again = reached(created, added, submitted, reopened, submitted, reopened, abandoned, reopened, abandoned);
    expect(again).to.deep.equal(["created", "with_items", "submitted", "submitted", "abandoned", "abandoned"]);
  });

  it("names `checkout_abandoned` as well for a cart that was left at checkout", () => {
    const left: CartEvent = { ...abandoned, data: { ...abandoned.data, stage: "checkout" } };
    expect(reached(created, added, submitted, left).slice(2)).to.deep.equal(["submitted", "abandoned", "checkout_abandoned"]);
  });

  it("names `recovered` for a purchase after any earlier abandonment", () => {
    expect(reached(created, added, purchased)).to.deep.equal(["created", "with_items", "purchased"]);
    expect(reached(created, added, abandoned, reopened, cleared, added, purchased).slice(2)).to.deep.equal([
      "abandoned",
      "purchased",
      "recovered",
    ]);
  });
});

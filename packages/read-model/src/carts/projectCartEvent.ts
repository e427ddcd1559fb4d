import { cartDecider, type CartEvent, itemCount, itemsAmount, milestonesOf, totalAmount } from "@cart/domain";
import type { StreamEvent } from "@cart/event-store";
import { applicable, ProjectionError } from "../projection/projectionError.ts";
import type { ProjectedCart } from "./projectedCart.ts";

export const projectCartEvent = (projected: ProjectedCart, { version, occurredAt, event }: StreamEvent<CartEvent>): ProjectedCart => {
  const cart = applicable(() => cartDecider.evolve(projected.cart, event));
  // An amount that is inexact, or too large for its column, must not be stored.
  if (cart.status !== "NONE" && ![itemsAmount(cart), totalAmount(cart), itemCount(cart)].every(Number.isSafeInteger)) {
    throw new ProjectionError("NOT_APPLICABLE", "the cart's total would be too great to be exact");
  }
  const milestones = milestonesOf(projected.cart, event);
  return {
    version,
    cart,
    createdAt: version === 1 ? occurredAt : projected.createdAt,
    updatedAt: occurredAt,
    abandonedAt: event.type === "CartAbandoned" ? occurredAt : projected.abandonedAt,
    // A milestone that was reached before keeps its time, because the first time counts.
    reached:
      milestones.length === 0
        ? projected.reached
        : new Map([...milestones.map((milestone) => [milestone, occurredAt] as const), ...projected.reached]),
  };
};

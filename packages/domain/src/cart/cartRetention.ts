import type { CartEvent } from "./cartEvents.ts";
import { type CartMilestone, milestonesOf } from "./cartMilestones.ts";
import { type Cart, evolveCart } from "./cartState.ts";

/** What a retention policy asks about a cart, after its events so far. */
export type CartPast = {
  readonly cart: Cart;
  /** The time of the last event. */
  readonly lastEventAt: Date;
  /** The time at which the cart first came to each of its milestones. */
  readonly reached: ReadonlyMap<CartMilestone, Date>;
};

export const noPast: CartPast = { cart: { status: "NONE" }, lastEventAt: new Date(0), reached: new Map() };

export const withEvent = ({ cart, reached }: CartPast, event: CartEvent, occurredAt: Date): CartPast => {
  const milestones = milestonesOf(cart, event).filter((milestone) => !reached.has(milestone));
  return {
    cart: evolveCart(cart, event),
    lastEventAt: occurredAt,
    reached: milestones.length === 0 ? reached : new Map([...reached, ...milestones.map((milestone) => [milestone, occurredAt] as const)]),
  };
};

/** Whether nobody is expected to come back to the cart: it was purchased, merged or abandoned, or has no lines. */
export const isFinished = (cart: Cart): boolean => {
  switch (cart.status) {
    case "CLOSED":
    case "MERGED":
    case "ABANDONED":
      return true;
    case "OPEN":
      return cart.lines.size === 0;
    case "NONE":
    case "SUBMITTED":
      return false;
    default:
      return cart satisfies never;
  }
};

/** Returns the data of the message that says that a cart is in the archive. */
export const archivedData = (
  { cart, reached }: CartPast,
  { objectKey, events }: { readonly objectKey: string; readonly events: number },
): Extract<CartEvent, { type: "CartArchived" }>["data"] => {
  if (cart.status === "NONE") throw new Error("expected a cart with events");
  return {
    tenant_id: cart.tenantId,
    object_key: objectKey,
    events,
    milestones: [...reached].map(([milestone, at]) => ({ milestone, day: at.toISOString().slice(0, 10) })),
  };
};

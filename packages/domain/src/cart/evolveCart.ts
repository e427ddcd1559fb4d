import type { CartEvent } from "./cartEvents.ts";
import type { AbandonedCart, Cart, OpenCart, SubmittedCart } from "./cartState.ts";

export const evolveCart = (cart: Cart, event: CartEvent): Cart => {
  switch (event.type) {
    case "CartCreated":
      return {
        status: "OPEN",
        userId: event.data.user_id,
        tenantId: event.data.tenant_id,
        currency: event.data.currency,
        lines: new Map(),
        nextPosition: 1,
        wasAbandoned: false,
      };
    case "ItemAddedToCart": {
      const open = as(cart, event, "OPEN");
      const { item_id: itemId, name, quantity, unit_price: unitPrice } = event.data;
      return withLines(open, [{ itemId, name, quantity: (open.lines.get(itemId)?.quantity ?? 0) + quantity, unitPrice }]);
    }
    case "ItemQuantityChanged": {
      const open = as(cart, event, "OPEN");
      const line = open.lines.get(event.data.item_id);
      if (line === undefined) throw new Error(`ItemQuantityChanged cannot follow a cart without its item ${event.data.item_id}`);
      return { ...open, lines: new Map(open.lines).set(line.itemId, { ...line, quantity: event.data.quantity }) };
    }
    case "ItemRemovedFromCart": {
      const open = as(cart, event, "OPEN");
      const lines = new Map(open.lines);
      lines.delete(event.data.item_id);
      return { ...open, lines };
    }
    case "CartCleared":
      return { ...as(cart, event, "OPEN"), lines: new Map() };
    case "CartSubmitted":
      return { ...as(cart, event, "OPEN"), status: "SUBMITTED" };
    case "CartReopened":
      return opened(as(cart, event, "SUBMITTED", "ABANDONED"));
    case "CartPurchased":
      return { ...as(cart, event, "OPEN", "SUBMITTED"), status: "CLOSED", orderId: event.data.order_id };
    case "CartMergedInto":
      return { ...as(cart, event, "OPEN"), status: "MERGED", mergedInto: event.data.target_cart_id };
    case "CartMergedFrom":
      return withLines(
        as(cart, event, "OPEN"),
        event.data.lines.map(({ item_id: itemId, name, quantity, unit_price: unitPrice }) => ({ itemId, name, quantity, unitPrice })),
      );
    case "CartAbandoned":
      return { ...as(cart, event, "OPEN"), status: "ABANDONED", wasAbandoned: true, remindedStep: 0 };
    case "CartAbandonmentReminderDue":
      return { ...as(cart, event, "ABANDONED"), remindedStep: event.data.step };
    default:
      return event satisfies never;
  }
};

/** The cart after its `CartReopened`. */
export const opened = (cart: SubmittedCart | AbandonedCart): OpenCart => {
  const { userId, tenantId, currency, lines, nextPosition, wasAbandoned } = cart;
  return { status: "OPEN", userId, tenantId, currency, lines, nextPosition, wasAbandoned };
};

type LineValues = { readonly itemId: string; readonly name: string | undefined; readonly quantity: number; readonly unitPrice: number };

/** With the lines as the event has them: each in its place, or in the next one when it is new. A line keeps a name that the event does not have. */
const withLines = (cart: OpenCart, changed: readonly LineValues[]): OpenCart => {
  const lines = new Map(cart.lines);
  let { nextPosition } = cart;
  for (const { itemId, name, quantity, unitPrice } of changed) {
    const line = lines.get(itemId);
    lines.set(itemId, { itemId, name: name ?? line?.name ?? null, quantity, unitPrice, position: line?.position ?? nextPosition++ });
  }
  return { ...cart, lines, nextPosition };
};

/** `decide` never lets an event follow a state that it does not fit, so this is a stream that something else wrote. */
const as = <Status extends Cart["status"]>(
  cart: Cart,
  event: CartEvent,
  ...allowed: readonly Status[]
): Extract<Cart, { status: Status }> => {
  if (!hasStatus(cart, allowed)) {
    throw new Error(`${event.type} cannot follow a cart that is ${cart.status}, expected ${allowed.join(" or ")}`);
  }
  return cart;
};

const hasStatus = <Status extends Cart["status"]>(cart: Cart, allowed: readonly Status[]): cart is Extract<Cart, { status: Status }> =>
  allowed.some((status) => cart.status === status);

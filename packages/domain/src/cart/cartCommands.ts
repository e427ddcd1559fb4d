import { DomainError } from "../domainError.ts";
import { isCurrency } from "../money/currencies.ts";
import { toMinorUnits } from "../money/minorUnits.ts";
import type { CartEvent } from "./cartEvents.ts";
import {
  type Cart,
  type CartLine,
  type ExistingCart,
  itemCount,
  type OpenCart,
  reopened,
  type SubmittedCart,
  totalAmount,
} from "./cartState.ts";

/** Adds an item to a cart; creates the cart if it does not exist. */
export type AddItem = {
  readonly type: "AddItem";
  readonly userId: string;
  /** If the client names a tenant or a currency, an existing cart must have the same; an omitted field is not checked. */
  readonly tenantId?: string | undefined;
  readonly currency?: string | undefined;
  /** Values of a new cart for the fields that the client omitted. */
  readonly defaults: { readonly tenantId: string; readonly currency: string };
  readonly itemId: string;
  readonly name?: string | undefined;
  readonly quantity: number;
  /** A decimal amount in the cart's currency, such as 29.99. */
  readonly price: number;
};

/** Sets the quantity of a line; 0 removes it. */
export type ChangeItemQuantity = { readonly type: "ChangeItemQuantity"; readonly itemId: string; readonly quantity: number };

export type RemoveItem = { readonly type: "RemoveItem"; readonly itemId: string };

export type ClearCart = { readonly type: "ClearCart" };

/** Freezes the cart for checkout. */
export type SubmitCart = { readonly type: "SubmitCart" };

/** Takes a submitted cart back from checkout, or an abandoned one back into use. */
export type ReopenCart = { readonly type: "ReopenCart" };

/** Closes the cart as an order. The command changes nothing in a cart that is this order already, because payment providers report a payment more than once. */
export type PurchaseCart = { readonly type: "PurchaseCart"; readonly orderId: string };

/**
 * The process that watches carts sends this command when a cart has had no activity for some
 * time. The command changes nothing in a cart that is not open or has no lines, so it may be repeated.
 */
export type AbandonCart = {
  readonly type: "AbandonCart";
  readonly lastActivityAt: Date;
  /** The limit in the tenant's policy. */
  readonly abandonedAfterMinutes: number;
};

/**
 * The process that watches carts sends this command when an abandoned cart's next reminder is
 * due. Steps count from 1. A step that is not greater than the last one since the cart was
 * abandoned changes nothing, so this command may be repeated as well.
 */
export type RemindOfAbandonment = {
  readonly type: "RemindOfAbandonment";
  readonly step: number;
  /** Minutes from the abandonment until this step is due. */
  readonly afterMinutes: number;
};

/** The commands that concern one cart only; `cartMerge.ts` has the command on two carts. */
export type CartCommand =
  | AddItem
  | ChangeItemQuantity
  | RemoveItem
  | ClearCart
  | SubmitCart
  | ReopenCart
  | PurchaseCart
  | AbandonCart
  | RemindOfAbandonment;

export const maxLines = 500;
export const maxQuantity = 1000;

/** Customer commands treat an abandoned cart as open; `reopenedFirst` prepends the `CartReopened`. */
export const decideCart = (command: CartCommand, cart: Cart): readonly CartEvent[] => {
  switch (command.type) {
    case "AddItem":
      return reopenedFirst(cart, addItem(command, cart));
    case "ChangeItemQuantity":
      return reopenedFirst(cart, changeItemQuantity(command, cart));
    case "RemoveItem":
      return reopenedFirst(cart, removeItem(command, cart));
    case "ClearCart":
      return reopenedFirst(cart, clear(cart));
    case "SubmitCart":
      return reopenedFirst(cart, submit(cart));
    case "PurchaseCart":
      return reopenedFirst(cart, purchase(command, cart));
    case "ReopenCart":
      return reopen(cart);
    case "AbandonCart":
      return abandon(command, cart);
    case "RemindOfAbandonment":
      return remind(command, cart);
    default:
      return command satisfies never;
  }
};

/**
 * Returns the events of a customer's command. If the cart is abandoned, a `CartReopened`
 * precedes them in the same decision, because an abandoned cart accepts no other event. A
 * command that changes nothing, or is refused, leaves the cart abandoned.
 */
export const reopenedFirst = (cart: Cart, events: readonly CartEvent[]): readonly CartEvent[] =>
  cart.status === "ABANDONED" && events.length > 0 ? [{ type: "CartReopened", data: {} }, ...events] : events;

const addItem = (command: AddItem, cart: Cart): readonly CartEvent[] => {
  if (cart.status === "NONE") {
    const currency = command.currency ?? command.defaults.currency;
    if (!isCurrency(currency)) {
      throw new DomainError("CURRENCY_UNKNOWN", `"${currency}" is not an ISO 4217 currency code`, "currency");
    }
    const created = { user_id: command.userId, tenant_id: command.tenantId ?? command.defaults.tenantId, currency };
    return [{ type: "CartCreated", data: created }, itemAdded(command, currency, undefined)];
  }
  const open = requireOpen(cart);
  requireSameOwner(command, open);

  const line = open.lines.get(command.itemId);
  if (line === undefined) requireLineCount(open.lines.size + 1, "item_id");
  requireQuantity(command.itemId, (line?.quantity ?? 0) + command.quantity, "quantity");
  return [itemAdded(command, open.currency, line)];
};

const itemAdded = (command: AddItem, currency: string, line: CartLine | undefined): CartEvent => {
  const unitPrice = toMinorUnits(command.price, currency);
  return {
    type: "ItemAddedToCart",
    data: {
      item_id: command.itemId,
      ...(command.name === undefined ? {} : { name: command.name }),
      quantity: command.quantity,
      unit_price: unitPrice,
      previous_unit_price: line === undefined || line.unitPrice === unitPrice ? null : line.unitPrice,
    },
  };
};

const requireSameOwner = (command: AddItem, cart: OpenCart): void => {
  if (command.userId !== cart.userId) {
    throw new DomainError("CART_OWNED_BY_ANOTHER_USER", "the cart belongs to another user", "user_id");
  }
  if (command.tenantId !== undefined && command.tenantId !== cart.tenantId) {
    throw new DomainError("CART_OF_ANOTHER_TENANT", "the cart belongs to another tenant", "tenant_id");
  }
  if (command.currency !== undefined && command.currency !== cart.currency) {
    throw new DomainError(
      "CURRENCY_MISMATCH",
      `the cart's currency is ${cart.currency} and cannot be changed to ${command.currency}`,
      "currency",
    );
  }
};

const changeItemQuantity = ({ itemId, quantity }: ChangeItemQuantity, cart: Cart): readonly CartEvent[] => {
  const line = requireLine(requireOpen(cart), itemId);
  if (quantity === 0) return [{ type: "ItemRemovedFromCart", data: { item_id: itemId } }];
  requireQuantity(itemId, quantity, "quantity");
  return quantity === line.quantity ? [] : [{ type: "ItemQuantityChanged", data: { item_id: itemId, quantity } }];
};

const removeItem = ({ itemId }: RemoveItem, cart: Cart): readonly CartEvent[] => {
  requireLine(requireOpen(cart), itemId);
  return [{ type: "ItemRemovedFromCart", data: { item_id: itemId } }];
};

const requireLine = (cart: OpenCart, itemId: string): CartLine => {
  const line = cart.lines.get(itemId);
  if (line === undefined) throw new DomainError("ITEM_NOT_FOUND", `item ${itemId} is not in the cart`, "item_id");
  return line;
};

const clear = (cart: Cart): readonly CartEvent[] => (requireOpen(cart).lines.size === 0 ? [] : [{ type: "CartCleared", data: {} }]);

const submit = (cart: Cart): readonly CartEvent[] => {
  const unfinished = requireUnfinished(cart);
  if (unfinished.status === "SUBMITTED") return [];
  if (unfinished.lines.size === 0) throw new DomainError("CART_EMPTY", "an empty cart cannot be submitted");
  const totals = { total_amount: totalAmount(unfinished), item_count: itemCount(unfinished), line_count: unfinished.lines.size };
  return [{ type: "CartSubmitted", data: totals }];
};

const reopen = (cart: Cart): readonly CartEvent[] =>
  cart.status === "ABANDONED" || requireUnfinished(cart).status === "SUBMITTED" ? [{ type: "CartReopened", data: {} }] : [];

const abandon = ({ lastActivityAt, abandonedAfterMinutes }: AbandonCart, cart: Cart): readonly CartEvent[] => {
  const { status, lines } = requireExisting(cart);
  if (status !== "OPEN" || lines.size === 0) return [];
  return [
    {
      type: "CartAbandoned",
      data: { last_activity_at: lastActivityAt.toISOString(), abandoned_after_minutes: abandonedAfterMinutes },
    },
  ];
};

const remind = ({ step, afterMinutes }: RemindOfAbandonment, cart: Cart): readonly CartEvent[] => {
  const existing = requireExisting(cart);
  if (existing.status !== "ABANDONED" || step <= existing.remindedStep) return [];
  return [{ type: "CartAbandonmentReminderDue", data: { step, after_minutes: afterMinutes } }];
};

const purchase = (command: PurchaseCart, cart: Cart): readonly CartEvent[] => {
  if (cart.status === "CLOSED" && cart.orderId === command.orderId) return [];
  const unfinished = requireUnfinished(cart);
  if (unfinished.lines.size === 0) throw new DomainError("CART_EMPTY", "an empty cart cannot be purchased");
  return [{ type: "CartPurchased", data: { order_id: command.orderId, total_amount: totalAmount(unfinished) } }];
};

export const cartNotFound = (field?: string): DomainError => new DomainError("CART_NOT_FOUND", "there is no cart with this id", field);

/** Returns the cart if it accepts changes. `field` names the input that chose the cart, if the command was sent to another cart. */
export const requireOpen = (cart: Cart, field?: string): OpenCart => {
  const unfinished = requireUnfinished(cart, field);
  if (unfinished.status === "SUBMITTED") {
    throw new DomainError("CART_SUBMITTED", "the cart is submitted and takes no changes until it is reopened", field);
  }
  return unfinished;
};

/** Returns the cart if it can still become an order; an abandoned cart is returned as it will be after `reopenedFirst`. */
const requireUnfinished = (cart: Cart, field?: string): OpenCart | SubmittedCart => {
  switch (cart.status) {
    case "NONE":
      throw cartNotFound(field);
    case "CLOSED":
      throw new DomainError("CART_CLOSED", `the cart was purchased as order ${cart.orderId} and takes no more changes`, field, {
        orderId: cart.orderId,
      });
    case "MERGED":
      throw new DomainError("CART_MERGED", `the cart was merged into cart ${cart.mergedInto} and takes no more changes`, field);
    case "OPEN":
    case "SUBMITTED":
      return cart;
    case "ABANDONED":
      return reopened(cart);
    default:
      return cart satisfies never;
  }
};

const requireExisting = (cart: Cart): ExistingCart => {
  if (cart.status === "NONE") throw cartNotFound();
  return cart;
};

/** `field` names the input that would exceed the limit. */
export const requireLineCount = (lines: number, field: string): void => {
  if (lines > maxLines)
    throw new DomainError("LINE_LIMIT_EXCEEDED", `a cart has at most ${maxLines} lines, this one would have ${lines}`, field);
};

export const requireQuantity = (itemId: string, quantity: number, field: string): void => {
  if (quantity > maxQuantity) {
    throw new DomainError(
      "QUANTITY_LIMIT_EXCEEDED",
      `a line has a quantity of at most ${maxQuantity}, item ${itemId} would have ${quantity}`,
      field,
    );
  }
};

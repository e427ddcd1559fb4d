import { DomainError } from "../domainError.ts";
import { isCurrency } from "../money/currencies.ts";
import { toMinorUnits } from "../money/minorUnits.ts";
import { type Adjustment, requireAdjustmentsAmount, toStoredAdjustments } from "./adjustments.ts";
import {
  type AttributeChanges,
  type Attributes,
  attributesMember,
  attributesText,
  changedAttributes,
  noAttributes,
  requireAttributes,
} from "./attributes.ts";
import type { CartEvent } from "./cartEvents.ts";

import { findLine, type LineIds, newLineId, plainLineIds, requireLine } from "./cartLines.ts";
import { requireAmount, requireLineCount, requireQuantity } from "./lineLimits.ts";
import {
  type Cart,
  evolveCart,
  type ExistingCart,
  itemCount,
  itemsAmount,
  lineAmount,
  type OpenCart,
  reopened,
  type SubmittedCart,
  totalAmount,
} from "./cartState.ts";

/** Creates an empty cart. A cart that exists stays as it is, if it has the same owner and currency. */
export type CreateCart = Pick<AddItem, "tenantId" | "currency" | "defaults" | "attributes"> & {
  readonly type: "CreateCart";
  readonly userId: string;
};

/** Changes what a cart has besides its lines. */
export type ChangeDetails = {
  readonly type: "ChangeDetails";
  readonly attributes?: AttributeChanges | undefined;
  /** Another currency is allowed while the cart is empty. */
  readonly currency?: string | undefined;
};

/** Adds an item to a cart; creates the cart if it does not exist. */
export type AddItem = {
  readonly type: "AddItem";
  /** The cart's user. A cart that exists is not checked without it, and a new cart needs it. */
  readonly userId?: string | undefined;
  /** If the client names a tenant, an existing cart must have the same. An empty cart takes a currency that the client names, and any other cart must have it. */
  readonly tenantId?: string | undefined;
  readonly currency?: string | undefined;
  /** Values of a new cart for the fields that the client omitted. */
  readonly defaults: { readonly tenantId: string; readonly currency: string };
  readonly itemId: string;
  readonly name?: string | undefined;
  /** Lines of one item with other attributes are other lines. */
  readonly attributes?: Attributes | undefined;
  readonly quantity: number;
  /** A decimal amount in the cart's currency, such as 29.99. */
  readonly price: number;
};

/** Sets the quantity, the price, or both, of a line; the quantity 0 removes it. An omitted value stays as it is. */
export type ChangeItem = {
  readonly type: "ChangeItem";
  /** The line's id, or its item's id if only one line has the item. */
  readonly lineId: string;
  readonly quantity?: number | undefined;
  /** A decimal amount in the cart's currency, such as 29.99. */
  readonly price?: number | undefined;
};

export type RemoveItem = {
  readonly type: "RemoveItem";
  /** The line's id, or its item's id if only one line has the item. */
  readonly lineId: string;
};

export type ClearCart = { readonly type: "ClearCart" };

/** Replaces the cart's adjustments, with decimal amounts in its currency. */
export type SetAdjustments = { readonly type: "SetAdjustments"; readonly adjustments: readonly Adjustment[] };

/** A change of what is in a cart. */
export type CartOperation = AddItem | ChangeItem | RemoveItem | ClearCart | ChangeDetails | SetAdjustments;

/** Executes several operations as one decision: all of them, each on the cart that the operations before it leave, or none. */
export type ChangeCart = { readonly type: "ChangeCart"; readonly operations: readonly CartOperation[] };

/** Gives the cart to a user, such as the customer as whom its guest logs in. It changes nothing in a cart that the user owns already. */
export type ClaimCart = { readonly type: "ClaimCart"; readonly userId: string };

/** A line's price of one unit, a decimal amount in the cart's currency. */
export type LinePrice = { readonly lineId: string; readonly price: number };

/** Freezes the cart for checkout, with these lines at these prices. It changes no price of a cart that is submitted already. */
export type SubmitCart = { readonly type: "SubmitCart"; readonly prices?: readonly LinePrice[] | undefined };

/** Takes a submitted cart back from checkout, or an abandoned one back into use. */
export type ReopenCart = { readonly type: "ReopenCart" };

/** Closes the cart as an order. The command changes nothing in a cart that is this order already, because payment providers report a payment more than once. */
export type PurchaseCart = { readonly type: "PurchaseCart"; readonly orderId: string };

/**
 * The process that watches carts sends this command when a cart has had no activity for some
 * time, open or at checkout. The command changes nothing in a cart in another state or without lines, so it may be repeated.
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
  | CreateCart
  | CartOperation
  | ChangeCart
  | ClaimCart
  | SubmitCart
  | ReopenCart
  | PurchaseCart
  | AbandonCart
  | RemindOfAbandonment;

/** Customer commands treat an abandoned cart as open; `reopenedFirst` prepends the `CartReopened`. */
export const decideCart = (command: CartCommand, cart: Cart, lineIds: LineIds = plainLineIds): readonly CartEvent[] => {
  switch (command.type) {
    case "CreateCart":
      return create(command, cart);
    case "AddItem":
    case "ChangeItem":
    case "RemoveItem":
    case "ClearCart":
    case "ChangeDetails":
    case "SetAdjustments":
      return operate(command, cart, lineIds);
    case "ChangeCart":
      return changeCart(command, cart, lineIds);
    case "ClaimCart":
      return reopenedFirst(cart, claim(command, cart));
    case "SubmitCart":
      return reopenedFirst(cart, submit(command, cart));
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

const operate = (operation: CartOperation, cart: Cart, lineIds: LineIds): readonly CartEvent[] => {
  switch (operation.type) {
    case "AddItem":
      return reopenedFirst(cart, addItem(operation, cart, lineIds));
    case "ChangeItem":
      return reopenedFirst(cart, changeItem(operation, cart));
    case "RemoveItem":
      return reopenedFirst(cart, removeItem(operation, cart));
    case "ClearCart":
      return reopenedFirst(cart, clear(cart));
    case "ChangeDetails":
      return reopenedFirst(cart, changeDetails(operation, cart));
    case "SetAdjustments":
      return reopenedFirst(cart, setAdjustments(operation, cart));
    default:
      return operation satisfies never;
  }
};

/** Decides each operation on the result of the operations before it. A refusal names its operation by its place, from 0. */
const changeCart = ({ operations }: ChangeCart, cart: Cart, lineIds: LineIds): readonly CartEvent[] =>
  decideEach(operations, cart, (operation, state, place) => {
    try {
      return operate(operation, state, lineIds);
    } catch (error) {
      throw error instanceof DomainError ? error.ofOperation(place) : error;
    }
  });

/** Decides each part of a command on the result of the parts before it. */
const decideEach = <Part>(
  parts: readonly Part[],
  cart: Cart,
  decide: (part: Part, state: Cart, place: number) => readonly CartEvent[],
): readonly CartEvent[] => {
  const events: CartEvent[] = [];
  let state = cart;
  for (const [place, part] of parts.entries()) {
    const decided = decide(part, state, place);
    events.push(...decided);
    state = decided.reduce(evolveCart, state);
  }
  return events;
};

/**
 * Returns the events of a customer's command. If the cart is abandoned, a `CartReopened`
 * precedes them in the same decision, because an abandoned cart accepts no other event of its
 * customer. A command that changes nothing, or is refused, leaves the cart abandoned. So does
 * a new price or adjustment: the shop sets it, and it says nothing about the customer.
 */
export const reopenedFirst = (cart: Cart, events: readonly CartEvent[]): readonly CartEvent[] =>
  cart.status === "ABANDONED" && events.some(({ type }) => !shopEvents.has(type))
    ? [{ type: "CartReopened", data: {} }, ...events]
    : events;

const shopEvents: ReadonlySet<CartEvent["type"]> = new Set<CartEvent["type"]>(["ItemPriceChanged", "CartAdjustmentsChanged"]);

const addItem = (command: AddItem, cart: Cart, lineIds: LineIds): readonly CartEvent[] => {
  if (cart.status === "NONE") {
    const { userId } = command;
    if (userId === undefined) throw cartNotFound("user_id");
    const created = cartCreated({ ...command, userId });
    const { tenant_id: tenantId, currency } = created.data;
    return [created, itemAdded(command, undefined, { currency, newId: newIdIn({ userId, tenantId, lines: noLines }, lineIds) })];
  }
  const open = requireOpen(cart);
  requireSameOwner(command, open);
  const currencyChanged = currencyChange(command.currency, open);
  const ready = currencyChanged.reduce(evolveOpen, open);
  return [...currencyChanged, itemAdded(command, ready, { currency: ready.currency, newId: newIdIn(ready, lineIds) })];
};

const create = (command: CreateCart, cart: Cart): readonly CartEvent[] => {
  if (cart.status !== "NONE") {
    const unfinished = requireUnfinished(cart);
    requireSameOwner(command, unfinished);
    if (command.currency !== undefined && command.currency !== unfinished.currency) throw currencyMismatch(command.currency, unfinished);
    return [];
  }
  const attributes = requireAttributes(command.attributes, "attributes");
  return [cartCreated(command), ...attributesChange(attributes, noAttributes)];
};

const cartCreated = ({ userId, tenantId, currency, defaults }: Omit<CreateCart, "type">): Extract<CartEvent, { type: "CartCreated" }> => ({
  type: "CartCreated",
  data: { user_id: userId, tenant_id: tenantId ?? defaults.tenantId, currency: requireCurrency(currency ?? defaults.currency) },
});

const requireCurrency = (currency: string): string => {
  if (!isCurrency(currency)) throw new DomainError("CURRENCY_UNKNOWN", `"${currency}" is not an ISO 4217 currency code`, "currency");
  return currency;
};

const changeDetails = ({ attributes, currency }: ChangeDetails, cart: Cart): readonly CartEvent[] => {
  const open = requireOpen(cart);
  const changed = attributes === undefined ? open.attributes : changedAttributes(open.attributes, attributes, "attributes");
  return [...currencyChange(currency, open), ...attributesChange(changed, open.attributes)];
};

const setAdjustments = (command: SetAdjustments, cart: Cart): readonly CartEvent[] => {
  const open = requireOpen(cart);
  const adjustments = toStoredAdjustments(command.adjustments, open.currency);
  requireAdjustmentsAmount(adjustments, itemsAmount(open));
  if (!open.areAdjustmentsStale && JSON.stringify(adjustments) === JSON.stringify(open.adjustments)) return [];
  return [{ type: "CartAdjustmentsChanged", data: { adjustments: [...adjustments] } }];
};

/** Returns the event of attributes that differ from those before. */
export const attributesChange = (attributes: Attributes, before: Attributes): readonly CartEvent[] =>
  attributesText(attributes) === attributesText(before) ? [] : [{ type: "CartAttributesChanged", data: { attributes } }];

/** Returns the event that gives an empty cart another currency. The prices of lines are amounts of the currency that they have. */
export const currencyChange = (currency: string | undefined, cart: OpenCart): readonly CartEvent[] => {
  if (currency === undefined || currency === cart.currency) return [];
  if (cart.lines.size > 0) throw currencyMismatch(currency, cart);
  return [{ type: "CartCurrencyChanged", data: { currency: requireCurrency(currency), previous_currency: cart.currency } }];
};

const currencyMismatch = (currency: string, cart: ExistingCart): DomainError =>
  new DomainError(
    "CURRENCY_MISMATCH",
    `the cart's currency is ${cart.currency} and cannot be changed to ${currency} while the cart has lines`,
    "currency",
  );

const evolveOpen = (cart: OpenCart, event: CartEvent): OpenCart => requireOpen(evolveCart(cart, event));

const noLines: OpenCart["lines"] = new Map();

/** Returns the id of a new line with these attributes. */
type NewId = (itemId: string, attributes: Attributes) => string;

const newIdIn =
  ({ userId, tenantId, lines }: Pick<OpenCart, "userId" | "tenantId" | "lines">, lineIds: LineIds): NewId =>
  (itemId, attributes) =>
    newLineId(lineIds, { userId, tenantId, lines }, itemId, attributes);

/** `cart` is undefined for a cart that the same decision creates. */
const itemAdded = (
  command: AddItem,
  cart: OpenCart | undefined,
  { currency, newId }: { readonly currency: string; readonly newId: NewId },
): CartEvent => {
  const { itemId, quantity } = command;
  const lines = cart?.lines ?? noLines;
  const attributes = requireAttributes(command.attributes, "attributes");
  const line = findLine(lines, itemId, attributes);
  if (line === undefined) requireLineCount(lines.size + 1, "item_id");
  const after = { quantity: (line?.quantity ?? 0) + quantity, unitPrice: toMinorUnits(command.price, currency) };
  requireQuantity(itemId, after.quantity, "quantity");
  requireAmount(cart, lineAmount(after) - (line === undefined ? 0 : lineAmount(line)), "price");
  return {
    type: "ItemAddedToCart",
    data: {
      line_id: line?.lineId ?? newId(itemId, attributes),
      item_id: itemId,
      ...(command.name === undefined ? {} : { name: command.name }),
      ...attributesMember(attributes),
      quantity,
      unit_price: after.unitPrice,
      previous_unit_price: line === undefined || line.unitPrice === after.unitPrice ? null : line.unitPrice,
    },
  };
};

const requireSameOwner = (command: Pick<AddItem, "userId" | "tenantId">, cart: ExistingCart): void => {
  if (command.userId !== undefined && command.userId !== cart.userId) {
    throw new DomainError("CART_OWNED_BY_ANOTHER_USER", "the cart belongs to another user", "user_id");
  }
  if (command.tenantId !== undefined && command.tenantId !== cart.tenantId) {
    throw new DomainError("CART_OF_ANOTHER_TENANT", "the cart belongs to another tenant", "tenant_id");
  }
};

const changeItem = ({ lineId, quantity, price }: ChangeItem, cart: Cart): readonly CartEvent[] => {
  const open = requireOpen(cart);
  const line = requireLine(open.lines, lineId, "item_id");
  const address = { line_id: line.lineId, item_id: line.itemId };
  if (quantity === 0) return [{ type: "ItemRemovedFromCart", data: address }];
  const after = {
    quantity: quantity ?? line.quantity,
    unitPrice: price === undefined ? line.unitPrice : toMinorUnits(price, open.currency),
  };
  requireQuantity(line.itemId, after.quantity, "quantity");
  requireAmount(open, lineAmount(after) - lineAmount(line), price === undefined ? "quantity" : "price");
  const quantityChanged: CartEvent = { type: "ItemQuantityChanged", data: { ...address, quantity: after.quantity } };
  const prices = { unit_price: after.unitPrice, previous_unit_price: line.unitPrice };
  const priceChanged: CartEvent = { type: "ItemPriceChanged", data: { ...address, ...prices } };
  const events = [
    ...(after.quantity === line.quantity ? [] : [quantityChanged]),
    ...(after.unitPrice === line.unitPrice ? [] : [priceChanged]),
  ];
  // The cart between the two events is a version of its own: a price that falls goes first, so that it stays within the limit too.
  return after.unitPrice < line.unitPrice ? events.toReversed() : events;
};

/**
 * Returns the events that give lines other prices. The cart after each event is a version of its own, so the lines that become
 * cheaper go first, and no version is beyond the limit unless the last one is.
 */
export const reprice = (prices: readonly LinePrice[] | undefined, cart: OpenCart): readonly CartEvent[] => {
  if (prices === undefined) return [];
  const raised = ({ lineId, price }: LinePrice): boolean =>
    toMinorUnits(price, cart.currency) > requireLine(cart.lines, lineId, "item_id").unitPrice;
  const cheaperFirst = [...prices.filter((each) => !raised(each)), ...prices.filter(raised)];
  return decideEach(cheaperFirst, cart, (each, state) => changeItem({ type: "ChangeItem", ...each }, state));
};

const removeItem = ({ lineId }: RemoveItem, cart: Cart): readonly CartEvent[] => {
  const line = requireLine(requireOpen(cart).lines, lineId, "item_id");
  return [{ type: "ItemRemovedFromCart", data: { line_id: line.lineId, item_id: line.itemId } }];
};

const clear = (cart: Cart): readonly CartEvent[] => (requireOpen(cart).lines.size === 0 ? [] : [{ type: "CartCleared", data: {} }]);

const claim = ({ userId }: ClaimCart, cart: Cart): readonly CartEvent[] => {
  if (requireExisting(cart).userId === userId) return [];
  return [{ type: "CartClaimed", data: { user_id: userId, previous_user_id: requireUnfinished(cart).userId } }];
};

const submit = ({ prices }: SubmitCart, cart: Cart): readonly CartEvent[] => {
  const unfinished = requireUnfinished(cart);
  if (unfinished.status === "SUBMITTED") return [];
  if (unfinished.lines.size === 0) throw new DomainError("CART_EMPTY", "an empty cart cannot be submitted");
  const repriced = reprice(prices, unfinished);
  const submitted = repriced.reduce(evolveOpen, unfinished);
  const totals = { total_amount: totalAmount(submitted), item_count: itemCount(submitted), line_count: submitted.lines.size };
  return [...repriced, { type: "CartSubmitted", data: totals }];
};

const reopen = (cart: Cart): readonly CartEvent[] =>
  cart.status === "ABANDONED" || requireUnfinished(cart).status === "SUBMITTED" ? [{ type: "CartReopened", data: {} }] : [];

const abandon = ({ lastActivityAt, abandonedAfterMinutes }: AbandonCart, cart: Cart): readonly CartEvent[] => {
  const { status, lines } = requireExisting(cart);
  if ((status !== "OPEN" && status !== "SUBMITTED") || lines.size === 0) return [];
  return [
    {
      type: "CartAbandoned",
      data: {
        last_activity_at: lastActivityAt.toISOString(),
        abandoned_after_minutes: abandonedAfterMinutes,
        stage: status === "SUBMITTED" ? "checkout" : "cart",
      },
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

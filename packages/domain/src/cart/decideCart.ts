import { DomainError } from "../domainError.ts";
import { isCurrency } from "../money/currencies.ts";
import { toMinorUnits } from "../money/minorUnits.ts";
import type {
  AbandonCart,
  AddItem,
  CartCommand,
  ChangeItemQuantity,
  PurchaseCart,
  RemindOfAbandonment,
  RemoveItem,
} from "./cartCommands.ts";
import type { CartEvent } from "./cartEvents.ts";
import { requireLineCount, requireQuantity } from "./cartLimits.ts";
import { type Cart, type CartLine, itemCount, type OpenCart, totalAmount } from "./cartState.ts";
import { reopenedFirst } from "./reopenedFirst.ts";
import { requireExisting, requireOpen, requireUnfinished } from "./requireOpen.ts";

/** An abandoned cart is judged by its customer's commands as if it were open; `reopenedFirst` then makes it so. */
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
  const unfinished = requireUnfinished(cart);
  if (unfinished.lines.size === 0) throw new DomainError("CART_EMPTY", "an empty cart cannot be purchased");
  return [{ type: "CartPurchased", data: { order_id: command.orderId, total_amount: totalAmount(unfinished) } }];
};

import type { SnapshotPolicy } from "../aggregate.ts";
import type { CartEvent } from "./cartEvents.ts";

export type CartLine = {
  readonly itemId: string;
  readonly name: string | null;
  readonly quantity: number;
  /** Minor units of the cart's currency. */
  readonly unitPrice: number;
  /** Orders the lines by their first addition; a cart never uses a position twice. */
  readonly position: number;
};

type CartContents = {
  readonly userId: string;
  readonly tenantId: string;
  readonly currency: string;
  /** By item id, in the order in which they were first added. */
  readonly lines: ReadonlyMap<string, CartLine>;
  readonly nextPosition: number;
  /** Whether the cart was ever ABANDONED; its purchase is then a recovery. */
  readonly wasAbandoned: boolean;
};

export type OpenCart = CartContents & { readonly status: "OPEN" };
/** A cart with lines and without activity for longer than its tenant's policy allows. The customer's next command opens it again. */
export type AbandonedCart = CartContents & {
  readonly status: "ABANDONED";
  /** The last reminder step since the cart was abandoned; 0 before the first step. */
  readonly remindedStep: number;
};
/** A cart that is frozen for checkout: its lines, and so its totals, cannot change until it is reopened. */
export type SubmittedCart = CartContents & { readonly status: "SUBMITTED" };
/** A purchased cart. */
export type ClosedCart = CartContents & { readonly status: "CLOSED"; readonly orderId: string };
/** A cart whose lines were copied into another cart; it keeps its own lines. */
export type MergedCart = CartContents & { readonly status: "MERGED"; readonly mergedInto: string };

export type ExistingCart = OpenCart | AbandonedCart | SubmittedCart | ClosedCart | MergedCart;

/** `NONE` is a cart without events. */
export type Cart = { readonly status: "NONE" } | ExistingCart;

export type CartStatus = ExistingCart["status"];

const lineTotal = (line: CartLine): number => line.unitPrice * line.quantity;

/** Sum of the line totals in minor units. The sum is exact because it is at most 5e15. */
export const totalAmount = (cart: ExistingCart): number => {
  let total = 0;
  for (const line of cart.lines.values()) total += lineTotal(line);
  return total;
};

/** Number of units in the cart, over all lines. */
export const itemCount = (cart: ExistingCart): number => {
  let count = 0;
  for (const line of cart.lines.values()) count += line.quantity;
  return count;
};

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
      const open = requireStatus(cart, event, "OPEN");
      const { item_id: itemId, name, quantity, unit_price: unitPrice } = event.data;
      return withLines(open, [{ itemId, name, quantity: (open.lines.get(itemId)?.quantity ?? 0) + quantity, unitPrice }]);
    }
    case "ItemQuantityChanged": {
      const open = requireStatus(cart, event, "OPEN");
      const line = open.lines.get(event.data.item_id);
      if (line === undefined) throw new Error("ItemQuantityChanged cannot follow a cart without its item");
      return { ...open, lines: new Map(open.lines).set(line.itemId, { ...line, quantity: event.data.quantity }) };
    }
    case "ItemRemovedFromCart": {
      const open = requireStatus(cart, event, "OPEN");
      const lines = new Map(open.lines);
      lines.delete(event.data.item_id);
      return { ...open, lines };
    }
    case "CartCleared":
      return { ...requireStatus(cart, event, "OPEN"), lines: new Map() };
    case "CartSubmitted":
      return { ...requireStatus(cart, event, "OPEN"), status: "SUBMITTED" };
    case "CartReopened":
      return reopened(requireStatus(cart, event, "SUBMITTED", "ABANDONED"));
    case "CartPurchased":
      return { ...requireStatus(cart, event, "OPEN", "SUBMITTED"), status: "CLOSED", orderId: event.data.order_id };
    case "CartMergedInto":
      return { ...requireStatus(cart, event, "OPEN"), status: "MERGED", mergedInto: event.data.target_cart_id };
    case "CartMergedFrom":
      return withLines(
        requireStatus(cart, event, "OPEN"),
        event.data.lines.map(({ item_id: itemId, name, quantity, unit_price: unitPrice }) => ({ itemId, name, quantity, unitPrice })),
      );
    case "CartAbandoned":
      return { ...requireStatus(cart, event, "OPEN"), status: "ABANDONED", wasAbandoned: true, remindedStep: 0 };
    case "CartAbandonmentReminderDue":
      return { ...requireStatus(cart, event, "ABANDONED"), remindedStep: event.data.step };
    default:
      return event satisfies never;
  }
};

/** The cart after its `CartReopened`. */
export const reopened = (cart: SubmittedCart | AbandonedCart): OpenCart => {
  const { userId, tenantId, currency, lines, nextPosition, wasAbandoned } = cart;
  return { status: "OPEN", userId, tenantId, currency, lines, nextPosition, wasAbandoned };
};

type LineValues = { readonly itemId: string; readonly name: string | undefined; readonly quantity: number; readonly unitPrice: number };

/** Sets the event's lines; a new line gets the next position. A line keeps its name if the event does not name it. */
const withLines = (cart: OpenCart, changed: readonly LineValues[]): OpenCart => {
  const lines = new Map(cart.lines);
  let { nextPosition } = cart;
  for (const { itemId, name, quantity, unitPrice } of changed) {
    const line = lines.get(itemId);
    lines.set(itemId, { itemId, name: name ?? line?.name ?? null, quantity, unitPrice, position: line?.position ?? nextPosition++ });
  }
  return { ...cart, lines, nextPosition };
};

/** `decide` never returns an event that does not fit the state, so an error here means that another program wrote the stream. */
const requireStatus = <Status extends Cart["status"]>(
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

/** `Cart` with its lines as a list. A STORED SHAPE: `snapshots/` pins its members for each schema version. */
type CartJson = Cart extends infer State
  ? State extends { lines: unknown }
    ? Omit<State, "lines"> & { lines: CartLine[] }
    : State
  : never;

export const cartSnapshots: SnapshotPolicy<Cart> = {
  schemaVersion: 3,
  everyEvents: 100,
  toJson: (cart): CartJson => (cart.status === "NONE" ? cart : { ...cart, lines: [...cart.lines.values()] }),
  fromJson: (json) => {
    const cart = json as CartJson;
    return cart.status === "NONE" ? cart : { ...cart, lines: new Map(cart.lines.map((line) => [line.itemId, line])) };
  },
};

import type { SnapshotPolicy } from "../aggregate.ts";
import { canonicalAdjustment, type StoredAdjustment, sumOfAdjustments, totalWith } from "./adjustments.ts";
import { type Attributes, canonicalAttributes, noAttributes } from "./attributes.ts";
import type { CartEvent } from "./cartEvents.ts";

export type CartLine = {
  /** Unique within the cart. The item's id for a line without attributes, unless another line has that id. */
  readonly lineId: string;
  readonly itemId: string;
  readonly name: string | null;
  /** In the order of their names. Lines of one item differ in their attributes. */
  readonly attributes: Attributes;
  readonly quantity: number;
  /** Minor units of the cart's currency. */
  readonly unitPrice: number;
  /** Orders the lines by their first addition; a cart never uses a position twice. */
  readonly position: number;
};

type CartContents = {
  /** The cart's owner, who changes if the cart is claimed. */
  readonly userId: string;
  readonly tenantId: string;
  /** Changes only while the cart is empty. */
  readonly currency: string;
  /** In the order of their names. */
  readonly attributes: Attributes;
  /** Parts of the total that are no lines. The shop computes them. */
  readonly adjustments: readonly StoredAdjustment[];
  /** Whether the lines have changed since the shop computed the adjustments. */
  readonly areAdjustmentsStale: boolean;
  /** By line id, in the order in which they were first added. */
  readonly lines: ReadonlyMap<string, CartLine>;
  readonly nextPosition: number;
  /** Whether the cart was ever ABANDONED; its purchase is then a recovery. */
  readonly wasAbandoned: boolean;
};

export type OpenCart = CartContents & { readonly status: "OPEN" };
/**
 * A cart with lines, open or at checkout, without activity for longer than its tenant's policy allows. The customer's next
 * command opens it again.
 */
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

/** In minor units of the cart's currency. */
export const lineAmount = ({ unitPrice, quantity }: Pick<CartLine, "unitPrice" | "quantity">): number => unitPrice * quantity;

/** Sum of the line totals in minor units. The sum is exact because `requireAmount` bounds it. */
export const itemsAmount = (cart: ExistingCart): number => {
  let total = 0;
  for (const line of cart.lines.values()) total += lineAmount(line);
  return total;
};

export const adjustmentsAmount = (cart: ExistingCart): number => sumOfAdjustments(cart.adjustments);

/** What the cart costs in minor units: its lines with its adjustments, and never less than 0. */
export const totalAmount = (cart: ExistingCart): number => totalWith(itemsAmount(cart), cart.adjustments);

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
        attributes: noAttributes,
        ...noAdjustments,
        lines: new Map(),
        nextPosition: 1,
        wasAbandoned: false,
      };
    case "CartAttributesChanged":
      return { ...requireStatus(cart, event, "OPEN"), attributes: canonicalAttributes(event.data.attributes) };
    case "CartCurrencyChanged":
      return { ...requireStatus(cart, event, "OPEN"), currency: event.data.currency, ...noAdjustments };
    case "CartAdjustmentsChanged":
      return {
        ...requireStatus(cart, event, "OPEN", "ABANDONED"),
        adjustments: event.data.adjustments.map(canonicalAdjustment),
        areAdjustmentsStale: false,
      };
    case "CartClaimed":
      return { ...requireStatus(cart, event, "OPEN", "SUBMITTED"), userId: event.data.user_id };
    case "ItemAddedToCart": {
      const open = requireStatus(cart, event, "OPEN");
      const before = open.lines.get(event.data.line_id)?.quantity ?? 0;
      return withLines(open, [lineOf({ ...event.data, quantity: before + event.data.quantity })]);
    }
    case "ItemQuantityChanged":
      return withLine(requireStatus(cart, event, "OPEN"), event, { quantity: event.data.quantity });
    case "ItemPriceChanged":
      return withLine(requireStatus(cart, event, "OPEN", "ABANDONED"), event, { unitPrice: event.data.unit_price });
    case "ItemRemovedFromCart": {
      const open = requireStatus(cart, event, "OPEN");
      const lines = new Map(open.lines);
      lines.delete(event.data.line_id);
      return { ...open, ...changedLines(open, lines) };
    }
    case "CartCleared":
      return cleared(requireStatus(cart, event, "OPEN"));
    case "CartSubmitted":
      return { ...requireStatus(cart, event, "OPEN"), status: "SUBMITTED" };
    case "CartReopened":
      return reopened(requireStatus(cart, event, "SUBMITTED", "ABANDONED"));
    case "CartPurchased":
      return { ...requireStatus(cart, event, "OPEN", "SUBMITTED"), status: "CLOSED", orderId: event.data.order_id };
    case "CartMergedInto":
      return { ...requireStatus(cart, event, "OPEN"), status: "MERGED", mergedInto: event.data.target_cart_id };
    case "CartMergedFrom":
      return withLines(requireStatus(cart, event, "OPEN"), event.data.lines.map(lineOf));
    case "CartAbandoned":
      return { ...requireStatus(cart, event, "OPEN", "SUBMITTED"), status: "ABANDONED", wasAbandoned: true, remindedStep: 0 };
    case "CartAbandonmentReminderDue":
      return { ...requireStatus(cart, event, "ABANDONED"), remindedStep: event.data.step };
    case "CartArchived":
      return { status: "NONE" };
    default:
      return event satisfies never;
  }
};

/** The cart after its `CartReopened`. */
export const reopened = (cart: SubmittedCart | AbandonedCart): OpenCart => {
  const { userId, tenantId, currency, attributes, adjustments, areAdjustmentsStale, lines, nextPosition, wasAbandoned } = cart;
  return { status: "OPEN", userId, tenantId, currency, attributes, adjustments, areAdjustmentsStale, lines, nextPosition, wasAbandoned };
};

/** An empty cart has nothing to adjust in another currency, and amounts in the former one would be wrong. */
const noAdjustments = { adjustments: [], areAdjustmentsStale: false } as const;

/** The lines after a change, which makes adjustments stale. */
const changedLines = (
  { adjustments }: CartContents,
  lines: CartContents["lines"],
): Pick<CartContents, "lines" | "areAdjustmentsStale"> => ({
  lines,
  areAdjustmentsStale: adjustments.length > 0,
});

const cleared = (cart: OpenCart): OpenCart => ({ ...cart, ...changedLines(cart, new Map()) });

/** Sets values of a line that is in the cart. */
const withLine = <State extends OpenCart | AbandonedCart>(
  cart: State,
  { type, data: { line_id: lineId } }: Extract<CartEvent, { type: "ItemQuantityChanged" | "ItemPriceChanged" }>,
  values: Partial<Pick<CartLine, "quantity" | "unitPrice">>,
): State => {
  const line = cart.lines.get(lineId);
  if (line === undefined) throw new Error(`${type} cannot follow a cart without its line`);
  return { ...cart, ...changedLines(cart, new Map(cart.lines).set(lineId, { ...line, ...values })) };
};

type LineValues = Omit<CartLine, "name" | "position"> & { readonly name: string | undefined };

type LineData = Extract<CartEvent, { type: "CartMergedFrom" }>["data"]["lines"][number];

const lineOf = ({ line_id: lineId, item_id: itemId, name, attributes, quantity, unit_price: unitPrice }: LineData): LineValues => ({
  lineId,
  itemId,
  name,
  attributes: canonicalAttributes(attributes),
  quantity,
  unitPrice,
});

/** Sets the event's lines; a new line gets the next position. A line keeps its name if the event does not name it. */
const withLines = (cart: OpenCart, changed: readonly LineValues[]): OpenCart => {
  const lines = new Map(cart.lines);
  let { nextPosition } = cart;
  for (const { lineId, itemId, name, attributes, quantity, unitPrice } of changed) {
    const line = lines.get(lineId);
    const position = line?.position ?? nextPosition++;
    lines.set(lineId, { lineId, itemId, name: name ?? line?.name ?? null, attributes, quantity, unitPrice, position });
  }
  return changed.length === 0 ? cart : { ...cart, ...changedLines(cart, lines), nextPosition };
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
  schemaVersion: 4,
  everyEvents: 100,
  toJson: (cart): CartJson => (cart.status === "NONE" ? cart : { ...cart, lines: [...cart.lines.values()] }),
  fromJson: (json) => {
    const cart = json as CartJson;
    return cart.status === "NONE"
      ? cart
      : { ...cart, lines: new Map(cart.lines.map((line) => [line.lineId, { ...line, attributes: canonicalAttributes(line.attributes) }])) };
  },
};

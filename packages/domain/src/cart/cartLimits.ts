import { DomainError } from "../domainError.ts";
import type { StoredAdjustment } from "./adjustments.ts";
import { type Attributes, attributesText, noAttributes } from "./attributes.ts";
import type { CartEvent } from "./cartEvents.ts";
import type { LineIds } from "./cartLines.ts";
import { type Cart, type CartLine, evolveCart } from "./cartState.ts";

/** Bounds of one cart, besides its number of lines, so that no event and no state grows without a bound. */
export type CartLimits = {
  /** Upper limit of a cart's contents in bytes; see `contentBytes`. */
  readonly maxBytes: number;
  /** Number of events after which a cart can only be brought to its end. */
  readonly maxEvents: number;
};

/** What decisions about carts depend on besides the cart and the command. */
export type CartRules = CartLimits & {
  /** Gives new lines with attributes their ids; `plainLineIds` by default. */
  readonly lineIds?: LineIds | undefined;
};

export const defaultCartLimits: CartLimits = { maxBytes: 65_536, maxEvents: 10_000 };

/** A cart with the number of its events. */
export type CartAtVersion = { readonly cart: Cart; readonly version: number };

/**
 * Returns the events if the cart may take them, and throws a `DomainError` otherwise. `field` names the input that chose the
 * cart, if the command was sent to another cart.
 *
 * A cart that exceeds a limit, for example because the limit was lowered, is not stuck: it takes every event that does not
 * make its contents larger, and every event that does not prolong its life.
 */
export const requireWithin = (
  limits: CartLimits,
  { cart, version }: CartAtVersion,
  events: readonly CartEvent[],
  field?: string,
): readonly CartEvent[] => {
  requireBytes(limits, cart, events, field);
  requireEvents(limits, version, events, field);
  return events;
};

/** Folds the events only if they could exceed the limit, because a decision is folded anyway once it is stored. */
const requireBytes = ({ maxBytes }: CartLimits, cart: Cart, events: readonly CartEvent[], field: string | undefined): void => {
  let growth = 0;
  for (const event of events) growth += Math.max(0, growthBy(event, cart));
  if (growth === 0) return;
  const before = contentBytes(cart);
  if (before + growth <= maxBytes) return;
  const bytes = contentBytes(events.reduce(evolveCart, cart));
  if (bytes > maxBytes && bytes > before) {
    const message = `the contents of a cart have at most ${maxBytes} bytes, these would have ${bytes}`;
    throw new DomainError("SIZE_LIMIT_EXCEEDED", message, field ?? fieldOf(events));
  }
};

/** The input that makes the contents larger, by the last event that does. */
const fieldOf = (events: readonly CartEvent[]): string => {
  const types = new Set(events.map(({ type }) => type));
  if (types.has("ItemAddedToCart")) return "item_id";
  return types.has("CartAdjustmentsChanged") ? "adjustments" : "attributes";
};

const requireEvents = ({ maxEvents }: CartLimits, version: number, events: readonly CartEvent[], field: string | undefined): void => {
  const last = events.at(-1);
  if (last === undefined || version + events.length <= maxEvents || !prolongs[last.type]) return;
  throw new DomainError(
    "EVENT_LIMIT_EXCEEDED",
    `a cart takes at most ${maxEvents} events: now its lines can only be removed, and it can be submitted, purchased or merged into another cart`,
    field,
  );
};

/**
 * Whether a command that ends with this event may be repeated for ever. The other events are bounded: a line is removed
 * once, a cart is cleared or submitted once until it is reopened, and it is abandoned once until its customer is back.
 */
const prolongs: Readonly<Record<CartEvent["type"], boolean>> = {
  CartCreated: true,
  CartAttributesChanged: true,
  CartAdjustmentsChanged: true,
  CartCurrencyChanged: true,
  CartClaimed: true,
  ItemAddedToCart: true,
  ItemQuantityChanged: true,
  ItemPriceChanged: true,
  ItemRemovedFromCart: false,
  CartCleared: false,
  CartSubmitted: false,
  CartReopened: true,
  CartPurchased: false,
  CartMergedInto: false,
  CartMergedFrom: true,
  CartAbandoned: false,
  CartAbandonmentReminderDue: false,
  CartArchived: false,
};

/** Bytes of a line in JSON besides its texts: the names of its members and its numbers. */
const lineOverhead = 60;

type LineTexts = Pick<CartLine, "itemId" | "name" | "attributes">;

const lineBytes = ({ itemId, name, attributes }: LineTexts): number =>
  lineOverhead + Buffer.byteLength(itemId) + (name === null ? 0 : Buffer.byteLength(name)) + attributesBytes(attributes);

const attributesBytes = (attributes: Attributes): number =>
  attributes === noAttributes ? 0 : Buffer.byteLength(attributesText(attributes));

const adjustmentsBytes = (adjustments: readonly StoredAdjustment[]): number =>
  adjustments.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(adjustments));

/**
 * Returns the size of a cart's contents: for each line 60 bytes and its texts in UTF-8, and the JSON of attributes and
 * adjustments. A line without attributes takes a few nanoseconds.
 */
export const contentBytes = (cart: Cart): number => {
  if (cart.status === "NONE") return 0;
  let bytes = attributesBytes(cart.attributes) + adjustmentsBytes(cart.adjustments);
  for (const line of cart.lines.values()) bytes += lineBytes(line);
  return bytes;
};

/** Returns at most by how many bytes the event makes the contents larger. Only events that add lines or texts do. */
const growthBy = ({ type, data }: CartEvent, cart: Cart): number => {
  if (type === "CartAttributesChanged")
    return attributesBytes(data.attributes) - (cart.status === "NONE" ? 0 : attributesBytes(cart.attributes));
  if (type === "CartAdjustmentsChanged") {
    return adjustmentsBytes(data.adjustments) - (cart.status === "NONE" ? 0 : adjustmentsBytes(cart.adjustments));
  }
  if (type === "ItemAddedToCart") return lineGrowth(data, cart);
  if (type === "CartMergedFrom") return data.lines.reduce((growth, line) => growth + lineGrowth(line, cart), 0);
  return 0;
};

type LineData = Extract<CartEvent, { type: "CartMergedFrom" }>["data"]["lines"][number];

const lineGrowth = ({ line_id: lineId, item_id: itemId, name, attributes = noAttributes }: LineData, cart: Cart): number => {
  const line = cart.status === "NONE" ? undefined : cart.lines.get(lineId);
  if (line === undefined) return lineBytes({ itemId, name: name ?? null, attributes });
  return name === undefined ? 0 : lineBytes({ ...line, name }) - lineBytes(line);
};

import { DomainError } from "../domainError.ts";
import type { CartEvent } from "./cartEvents.ts";
import type { Cart, CartLine } from "./cartState.ts";

/** Bounds of one cart, besides its number of lines, so that no event and no state grows without a bound. */
export type CartLimits = {
  /** Upper limit of a cart's contents in bytes; see `contentBytes`. */
  readonly maxBytes: number;
  /** Number of events after which a cart can only be brought to its end. */
  readonly maxEvents: number;
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
  requireBytes(limits, cart, events, field ?? "item_id");
  requireEvents(limits, version, events, field);
  return events;
};

const requireBytes = ({ maxBytes }: CartLimits, cart: Cart, events: readonly CartEvent[], field: string): void => {
  let growth = 0;
  for (const event of events) growth += growthBy(event, cart);
  if (growth <= 0) return;
  const bytes = contentBytes(cart) + growth;
  if (bytes > maxBytes) {
    throw new DomainError("SIZE_LIMIT_EXCEEDED", `the contents of a cart have at most ${maxBytes} bytes, these would have ${bytes}`, field);
  }
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
  ItemAddedToCart: true,
  ItemQuantityChanged: true,
  ItemRemovedFromCart: false,
  CartCleared: false,
  CartSubmitted: false,
  CartReopened: true,
  CartPurchased: false,
  CartMergedInto: false,
  CartMergedFrom: true,
  CartAbandoned: false,
  CartAbandonmentReminderDue: false,
};

/** Bytes of a line in JSON besides its texts: the names of its members and its numbers. */
const lineOverhead = 60;

type LineTexts = Pick<CartLine, "itemId" | "name">;

const lineBytes = ({ itemId, name }: LineTexts): number =>
  lineOverhead + Buffer.byteLength(itemId) + (name === null ? 0 : Buffer.byteLength(name));

/** Returns the size of a cart's contents: for each line 60 bytes and its texts in UTF-8. It takes a few nanoseconds for each line. */
export const contentBytes = (cart: Cart): number => {
  if (cart.status === "NONE") return 0;
  let bytes = 0;
  for (const line of cart.lines.values()) bytes += lineBytes(line);
  return bytes;
};

/** Returns by how many bytes the event makes the contents larger. Only events that add lines or texts do. */
const growthBy = ({ type, data }: CartEvent, cart: Cart): number => {
  if (type === "ItemAddedToCart") return lineGrowth(data, cart);
  if (type === "CartMergedFrom") return data.lines.reduce((growth, line) => growth + lineGrowth(line, cart), 0);
  return 0;
};

const lineGrowth = ({ item_id: itemId, name }: { readonly item_id: string; readonly name?: string }, cart: Cart): number => {
  const line = cart.status === "NONE" ? undefined : cart.lines.get(itemId);
  if (line === undefined) return lineBytes({ itemId, name: name ?? null });
  return name === undefined ? 0 : lineBytes({ itemId, name }) - lineBytes(line);
};

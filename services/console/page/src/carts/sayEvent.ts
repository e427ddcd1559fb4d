import type { Adjustment, CartEvent } from "../api/types.ts";
import { formatMinutes, formatMoney, formatNumber, toWords } from "../format/format.ts";
import { inWords } from "../parts/Fields.tsx";

/** A shop's text inside a sentence, so that text that is written from right to left does not turn the rest of the sentence round. */
const isolated = (value: string): string => `\u2068${value.replaceAll(/[\u2066-\u2069]/g, "")}\u2069`;

const itemOf = ({ name, item_id: itemId }: { readonly name?: string; readonly item_id: string }): string => isolated(name ?? itemId);

export const sayAdjustment = ({ kind, label }: Adjustment): string => label ?? toWords(kind);

type Of<EventType extends CartEvent["type"]> = Extract<CartEvent, { readonly type: EventType }>["data"];

/** A sentence for each event that the page knows. */
const sentences: { readonly [EventType in CartEvent["type"]]: (data: Of<EventType>, currency: string) => string } = {
  CartCreated: (data) => `for ${isolated(data.user_id)}, in ${data.currency}`,
  CartAttributesChanged: (data) => inWords(data.attributes),
  CartAdjustmentsChanged: (data, currency) =>
    data.adjustments.map((each) => `${isolated(sayAdjustment(each))} ${formatMoney(each.amount, currency)}`).join(", ") || "all removed",
  CartCurrencyChanged: (data) => `from ${data.previous_currency} to ${data.currency}`,
  CartClaimed: (data) => `by ${isolated(data.user_id)}, before of ${isolated(data.previous_user_id)}`,
  ItemAddedToCart: (data, currency) => `${formatNumber(data.quantity)} × ${itemOf(data)} at ${formatMoney(data.price, currency)}`,
  ItemQuantityChanged: (data) => `${itemOf(data)}: now ${formatNumber(data.quantity)}`,
  ItemPriceChanged: (data, currency) =>
    `${itemOf(data)}: ${formatMoney(data.price, currency)} instead of ${formatMoney(data.previous_price, currency)}`,
  ItemRemovedFromCart: (data) => itemOf(data),
  CartCleared: () => "all lines removed",
  CartReopened: () => "the cart takes changes again",
  CartSubmitted: (data, currency) => `${formatNumber(data.item_count)} items for ${formatMoney(data.total_amount, currency)}`,
  CartPurchased: (data, currency) => `order ${isolated(data.order_id)} for ${formatMoney(data.total_amount, currency)}`,
  CartAbandoned: (data) =>
    `after ${formatMinutes(data.abandoned_after_minutes)} without activity${data.stage === "checkout" ? ", in checkout" : ""}`,
  CartAbandonmentReminderDue: (data) => `reminder ${formatNumber(data.step)}, after ${formatMinutes(data.after_minutes)}`,
  CartMergedInto: (data) => `the lines are now in ${data.target_cart_id}`,
  CartMergedFrom: (data) => `${formatNumber(data.lines.length)} ${data.lines.length === 1 ? "line" : "lines"} of ${data.source_cart_id}`,
  CartArchived: (data) => `its ${formatNumber(data.events)} events are now in the archive`,
};

/** What an event did, on one line. An event of a newer release shows its data. */
export const sayEvent = ({ type, data }: CartEvent, currency: string): string => {
  const sentence = (Object.hasOwn(sentences, type) ? sentences[type] : inWords) as (data: unknown, currency: string) => string;
  return sentence(data, currency);
};

export const nameEvent = ({ type }: CartEvent): string => toWords(type);

/** The other cart of a merge. */
export const otherCartOf = (event: CartEvent): string | undefined => {
  if (event.type === "CartMergedInto") return event.data.target_cart_id;
  return event.type === "CartMergedFrom" ? event.data.source_cart_id : undefined;
};

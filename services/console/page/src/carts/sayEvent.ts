import type { CartEvent } from "../api/types.ts";
import { formatMinutes, formatMoney, toWords } from "../format/format.ts";
import { inWords } from "../parts/Fields.tsx";

/** A shop's text inside a sentence, so that text that is written from right to left does not turn the rest of the sentence round. */
const isolated = (value: string): string => `\u2068${value.replaceAll(/[\u2066-\u2069]/g, "")}\u2069`;

const text = (value: unknown): string => (typeof value === "string" ? isolated(value) : typeof value === "number" ? String(value) : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

type Say = (data: CartEvent["data"], currency: string) => string;

const itemOf = (data: CartEvent["data"]): string => text(data["name"]) || text(data["item_id"]);

/** Sentences for events that the page knows. Every other event shows its data. */
const sentences: Readonly<Record<string, Say>> = {
  CartCreated: (data) => `for ${text(data["user_id"])}, in ${text(data["currency"])}`,
  ItemAddedToCart: (data, currency) => `${text(data["quantity"])} × ${itemOf(data)} at ${formatMoney(number(data["price"]), currency)}`,
  ItemQuantityChanged: (data) => `${text(data["item_id"])}: now ${text(data["quantity"])}`,
  ItemRemovedFromCart: (data) => text(data["item_id"]),
  CartCleared: () => "all lines removed",
  CartReopened: () => "the cart takes changes again",
  CartSubmitted: (data, currency) => `${text(data["item_count"])} items for ${formatMoney(number(data["total_amount"]), currency)}`,
  CartPurchased: (data, currency) => `order ${text(data["order_id"])} for ${formatMoney(number(data["total_amount"]), currency)}`,
  CartAbandoned: (data) => `after ${formatMinutes(number(data["abandoned_after_minutes"]))} without activity`,
  CartAbandonmentReminderDue: (data) => `reminder ${text(data["step"])}, after ${formatMinutes(number(data["after_minutes"]))}`,
};

/** What an event did, on one line. */
export const sayEvent = ({ type, data }: CartEvent, currency: string): string => sentences[type]?.(data, currency) ?? inWords(data);

export const nameEvent = ({ type }: CartEvent): string => toWords(type);

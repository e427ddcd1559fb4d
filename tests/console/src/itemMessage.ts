import { randomUUID } from "node:crypto";

/** A message to the topic of the carts that says that an item was added. A spec gives it content or headers that cannot be right. */
export const itemMessage = (cart: string, version: number, value: string, headers: Readonly<Record<string, string>> = {}) => ({
  key: cart,
  value,
  headers: {
    ce_specversion: "1.0",
    ce_id: randomUUID(),
    ce_type: "ItemAddedToCart",
    ce_source: "/carts",
    ce_subject: cart,
    ce_time: new Date().toISOString(),
    ce_aggregatetype: "Cart",
    ce_aggregateversion: String(version),
    ce_schemaversion: "2",
    ce_correlationid: "by-mistake",
    ce_causationid: randomUUID(),
    "content-type": "application/json",
    ...headers,
  },
});

import type { DomainEvent } from "@cart/domain";
import { type ConsumedMessage, encodeEventMessage } from "@cart/messaging";

export const cartId = (n: number): string => `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`;

/* The events are in their first schema version, because stored events keep that form forever. */

export const created: DomainEvent = { type: "CartCreated", data: { user_id: "user-123", tenant_id: "default", currency: "USD" } };

export const added = (itemId: string, quantity = 1, unitPrice = 1_000, name?: string): DomainEvent => ({
  type: "ItemAddedToCart",
  data: { item_id: itemId, quantity, unit_price: unitPrice, ...(name === undefined ? {} : { name }) },
});

export const purchased = (totalAmount: number): DomainEvent => ({
  type: "CartPurchased",
  data: { order_id: "order-1", total_amount: totalAmount },
});

/** Event `version` of a cart occurs at second `version` of this minute. */
export const timeOf = (version: number): Date => new Date(Date.UTC(2025, 10, 20, 16, 30, version));

export type MessageOverrides = {
  readonly schemaVersion?: number;
  readonly aggregateType?: string;
  readonly eventType?: string;
  readonly data?: unknown;
  readonly value?: Buffer | null;
  readonly headers?: ConsumedMessage["headers"];
};

/**
 * Returns the message with which Kafka delivers an event of a cart. The offset is computed from the cart and the
 * version, so the same event always has the same offset.
 */
export const messageOf = (n: number, version: number, event: DomainEvent, overrides: MessageOverrides = {}): ConsumedMessage => {
  const { key, value, headers } = encodeEventMessage({
    eventId: `01890a5d-ac96-774b-bcce-${String(n * 1_000 + version).padStart(12, "0")}`,
    eventType: overrides.eventType ?? event.type,
    schemaVersion: overrides.schemaVersion ?? 1,
    aggregateType: overrides.aggregateType ?? "Cart",
    aggregateId: cartId(n),
    version,
    occurredAt: timeOf(version),
    metadata: { correlation_id: "request-1", causation_id: "command-1" },
    data: JSON.stringify(overrides.data ?? event.data),
  });
  return {
    topic: "ec.cart-events",
    partition: n % 12,
    offset: String(n * 1_000 + version),
    key: Buffer.from(key),
    value: overrides.value === undefined ? Buffer.from(value) : overrides.value,
    headers: { ...Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])), ...overrides.headers },
  };
};

/** Returns the messages of a cart's events from version 1 on. */
export const stream = (n: number, ...events: readonly DomainEvent[]): ConsumedMessage[] =>
  events.map((event, index) => messageOf(n, index + 1, event));

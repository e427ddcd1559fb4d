import { randomUUID } from "node:crypto";
import { encodeEventMessage, type EventMessage } from "@cart/messaging";
import { v7 as uuidv7 } from "uuid";

/** The messages of `carts` carts with `eventsEach` events each, with each cart's events in order. */
export const cartMessages = (carts: number, eventsEach: number): EventMessage[] => {
  const ids = Array.from({ length: carts }, () => randomUUID());
  return Array.from({ length: eventsEach }, (_, index) => index + 1).flatMap((version) =>
    ids.map((aggregateId) =>
      encodeEventMessage({
        eventId: uuidv7(),
        eventType: version === 1 ? "CartCreated" : "ItemAddedToCart",
        schemaVersion: 1,
        aggregateType: "Cart",
        aggregateId,
        version,
        occurredAt: new Date(),
        metadata: { correlation_id: randomUUID(), causation_id: randomUUID() },
        data: JSON.stringify(
          version === 1
            ? { user_id: "user-123", tenant_id: "default", currency: "USD" }
            : { item_id: `item-${version}`, quantity: 2, unit_price: 2999 },
        ),
      }),
    ),
  );
};

export const inBatches = <T>(values: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));

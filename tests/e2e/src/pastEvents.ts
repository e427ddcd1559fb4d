import { cartAggregate } from "@cart/domain";
import { createCommandHandler, openEventStorePool } from "@cart/event-store";
import { v7 as uuidv7 } from "uuid";

/** Creates a cart whose last activity was at `time`, so that no spec has to wait until the cart is abandoned. */
export const leaveCart = async (eventStoreUrl: string, cartId: string, time: Date): Promise<void> => {
  const pool = openEventStorePool({ url: eventStoreUrl, connectionLimit: 1 });
  const handler = createCommandHandler({ pool, aggregate: cartAggregate, now: () => time, newEventId: () => uuidv7() });
  const defaults = { tenantId: "default", currency: "USD" };
  try {
    await handler.handle({
      aggregateId: cartId,
      command: { type: "AddItem", userId: "user-1", defaults, itemId: "item-1", quantity: 1, price: 5 },
      metadata: { correlation_id: "e2e", causation_id: uuidv7() },
    });
  } finally {
    await pool.end();
  }
};

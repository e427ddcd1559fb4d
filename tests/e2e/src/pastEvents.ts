import { cartAggregate, tenantPolicyAggregate, tenantPolicyId } from "@cart/domain";
import { createCommandHandler } from "@cart/event-store";
import { openMysqlPool } from "@cart/mysql";
import { v7 as uuidv7 } from "uuid";

/** A tenant that abandons carts after a minute, and a new cart of theirs that got an item at this time: nobody has to wait for the minute. */
export const leaveCart = async (eventStoreUrl: string, cartId: string, tenantId: string, time: Date): Promise<void> => {
  const pool = openMysqlPool({ url: eventStoreUrl, connectionLimit: 1 });
  const options = { pool, now: () => time, newEventId: () => uuidv7() };
  const metadata = { correlation_id: "e2e", causation_id: uuidv7() };
  try {
    await createCommandHandler({ ...options, aggregate: tenantPolicyAggregate }).handle({
      aggregateId: tenantPolicyId(tenantId),
      command: { type: "CreateTenantCartAbandonedPolicy", tenantId, choices: { title: "Standard", abandonedMinutes: 1 } },
      metadata,
    });
    const defaults = { tenantId, currency: "USD" };
    await createCommandHandler({ ...options, aggregate: cartAggregate }).handle({
      aggregateId: cartId,
      command: { type: "AddItem", userId: "user-1", defaults, itemId: "item-1", quantity: 1, price: 5 },
      metadata,
    });
  } finally {
    await pool.end();
  }
};

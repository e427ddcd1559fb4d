import { randomUUID } from "node:crypto";
import { cartAggregate, type CartEvent } from "@cart/domain";
import { eventRow, eventStoreTables } from "@cart/event-store/testing";
import type { Pool } from "mysql2/promise";

export const owner = { user_id: "user-1", tenant_id: "default" } as const;

export const cartCreated: CartEvent = { type: "CartCreated", data: { ...owner, currency: "USD" } };

/** A merge as it was possible before carts had a budget of bytes: 500 lines and 0.5 MB. */
export const largeMerge: CartEvent = {
  type: "CartMergedFrom",
  data: {
    source_cart_id: randomUUID(),
    strategy: "add",
    lines: Array.from({ length: 500 }, (_, n) => ({
      line_id: `item-${n}`.padEnd(64, "x"),
      item_id: `item-${n}`.padEnd(64, "x"),
      name: "🛒".repeat(220),
      quantity: 1,
      unit_price: 100,
    })),
  },
};

/** Stores carts with these events, as appends did, without an outbox. */
export const storeCarts = async (eventStore: Pool, cartIds: readonly string[], events: readonly CartEvent[]): Promise<void> => {
  const tables = eventStoreTables(eventStore);
  for (const aggregate_id of cartIds) {
    for (let begin = 0; begin < events.length; begin += eventsAtOnce) {
      const some = events.slice(begin, begin + eventsAtOnce);
      await tables.events.insert(
        some.map(({ type, data }, n) =>
          eventRow({
            aggregate_id,
            version: begin + n + 1,
            event_type: type,
            event_data: data,
            schema_version: cartAggregate.codec.currentVersion(type),
          }),
        ),
      );
    }
  }
};

const eventsAtOnce = 2_000;

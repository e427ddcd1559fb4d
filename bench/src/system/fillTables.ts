import { randomUUID } from "node:crypto";
import { type Columns, eventRow, eventStoreTables, outboxRow } from "@cart/event-store/testing";
import { uuidToBytes } from "@cart/mysql";
import type { Pool } from "mysql2/promise";

const rowsEach = 2_000;

export const fillOutbox = (eventStore: Pool, carts: number, eventsEach: number): Promise<void> =>
  fillTable(eventStore, "outbox", carts, eventsEach);

export const fillEvents = (eventStore: Pool, carts: number, eventsEach: number): Promise<void> =>
  fillTable(eventStore, "events", carts, eventsEach);

/** Inserts the rows of `carts` carts with `eventsEach` events each, as appends would have stored them. */
const fillTable = async (eventStore: Pool, table: "events" | "outbox", carts: number, eventsEach: number): Promise<void> => {
  const ids = Array.from({ length: carts }, () => uuidToBytes(randomUUID()));
  const { [table]: filled } = eventStoreTables(eventStore);
  const row = table === "events" ? eventRow : outboxRow;
  let rows: Columns[] = [];
  for (let version = 1; version <= eventsEach; version++) {
    for (const aggregate_id of ids) {
      const [event_type, event_data] =
        version === 1
          ? ["CartCreated", { user_id: "user-123", tenant_id: "default", currency: "USD" }]
          : ["ItemAddedToCart", { item_id: `item-${version}`, quantity: 2, unit_price: 2999 }];
      const metadata = { correlation_id: randomUUID(), causation_id: randomUUID() };
      rows.push(row({ aggregate_id, version, event_type, event_data, metadata }));
      if (rows.length < rowsEach) continue;
      await filled.insert(rows);
      rows = [];
    }
  }
  await filled.insert(rows);
};

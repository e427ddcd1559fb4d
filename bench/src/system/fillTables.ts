import { randomUUID } from "node:crypto";
import { shardOf } from "@cart/event-store";
import { uuidToBytes } from "@cart/mysql";
import type { Pool } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";

const rowsEach = 2_000;

export const fillOutbox = (eventStore: Pool, carts: number, eventsEach: number): Promise<void> =>
  fillTable(eventStore, "outbox", carts, eventsEach);

export const fillEvents = (eventStore: Pool, carts: number, eventsEach: number): Promise<void> =>
  fillTable(eventStore, "events", carts, eventsEach);

/** The rows of so many carts, each with this many events, as appends would have left them. */
const fillTable = async (eventStore: Pool, table: "events" | "outbox", carts: number, eventsEach: number): Promise<void> => {
  const ids = Array.from({ length: carts }, () => uuidToBytes(randomUUID()));
  let rows: unknown[][] = [];
  const flush = async (): Promise<void> => {
    if (rows.length === 0) return;
    await eventStore.query(
      `INSERT INTO ${table} (event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at${table === "outbox" ? ", shard" : ""}) VALUES ?`,
      [rows],
    );
    rows = [];
  };
  for (let version = 1; version <= eventsEach; version++) {
    for (const id of ids) {
      const [type, data] =
        version === 1
          ? ["CartCreated", { user_id: "user-123", tenant_id: "default", currency: "USD" }]
          : ["ItemAddedToCart", { item_id: `item-${version}`, quantity: 2, unit_price: 2999 }];
      const metadata = { correlation_id: randomUUID(), causation_id: randomUUID() };
      rows.push([
        uuidToBytes(uuidv7()),
        id,
        "Cart",
        version,
        type,
        1,
        JSON.stringify(data),
        JSON.stringify(metadata),
        new Date(),
        ...(table === "outbox" ? [shardOf(id)] : []),
      ]);
      if (rows.length === rowsEach) await flush();
    }
  }
  await flush();
};

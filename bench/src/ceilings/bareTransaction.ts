import { randomBytes, randomUUID } from "node:crypto";
import { eventRow, eventStoreTables } from "@cart/event-store/testing";
import type { PoolConnection } from "mysql2/promise";

/** A command's transaction with plain mysql2: one SELECT, two event rows and two outbox rows. */
export const bareTransaction = async (connection: PoolConnection, id: Buffer): Promise<void> => {
  const metadata = JSON.stringify({ correlation_id: randomUUID(), causation_id: randomUUID() });
  const row = (version: number, event_type: string, event_data: object) =>
    eventRow({ event_id: randomBytes(16), aggregate_id: id, version, event_type, event_data, metadata });
  const rows = [
    row(1, "CartCreated", { user_id: "user-123", tenant_id: "default", currency: "USD" }),
    row(2, "ItemAddedToCart", { item_id: "item-456", quantity: 2, unit_price: 2999 }),
  ];
  const { events, outbox } = eventStoreTables(connection);
  await connection.query("START TRANSACTION");
  await events.has({ aggregate_id: id });
  await events.insert(rows);
  await outbox.insert(rows.map((one) => ({ ...one, shard: 1 })));
  await connection.query("COMMIT");
};

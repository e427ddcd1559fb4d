import { randomBytes, randomUUID } from "node:crypto";
import type { PoolConnection } from "mysql2/promise";

const eventColumns = "(event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at)";
const outboxColumns = eventColumns.replace(")", ", shard)");

/** A command's transaction as plain mysql2 does it: 1 select, 2 event rows, 2 outbox rows. */
export const bareTransaction = async (connection: PoolConnection, id: Buffer): Promise<void> => {
  const metadata = JSON.stringify({ correlation_id: randomUUID(), causation_id: randomUUID() });
  const row = (version: number, type: string, data: object): unknown[] => [
    randomBytes(16),
    id,
    "Cart",
    version,
    type,
    1,
    JSON.stringify(data),
    metadata,
    new Date(),
  ];
  const created = row(1, "CartCreated", { user_id: "user-123", tenant_id: "default", currency: "USD" });
  const added = row(2, "ItemAddedToCart", { item_id: "item-456", quantity: 2, unit_price: 2999 });
  await connection.query("START TRANSACTION");
  await connection.query("SELECT version FROM events WHERE aggregate_id = ? ORDER BY version DESC LIMIT 1", [id]);
  await connection.query(`INSERT INTO events ${eventColumns} VALUES ?`, [[created, added]]);
  await connection.query(`INSERT INTO outbox ${outboxColumns} VALUES ?`, [
    [
      [...created, 1],
      [...added, 1],
    ],
  ]);
  await connection.query("COMMIT");
};

import { randomBytes, randomUUID } from "node:crypto";
import mysql from "mysql2/promise";
import type { Bench, Measurement } from "../measurement.ts";
import { withFreshSystem } from "../system/freshSystem.ts";

const eventColumns = "(event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at)";
const outboxColumns = eventColumns.replace(")", ", shard)");

/**
 * What MySQL gives without this product: a bare mysql2 loop on the same tables, one
 * transaction a command (1 select, 2 event rows, 2 outbox rows), on so many connections.
 */
export const mysqlCeiling =
  (connections: number) =>
  (bench: Bench): Promise<Measurement> =>
    withFreshSystem(bench, async ({ eventStoreUrl }) => {
      const pool = mysql.createPool({ uri: eventStoreUrl, connectionLimit: connections, timezone: "Z" });
      let commands = 0;
      const loop = async (until: number): Promise<void> => {
        const connection = await pool.getConnection();
        while (performance.now() < until) {
          const id = randomBytes(16);
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
          commands++;
        }
        connection.release();
      };
      const all = (until: number): Promise<void[]> => Promise.all(Array.from({ length: connections }, () => loop(until)));
      await all(performance.now() + 1_000);
      commands = 0;
      const started = performance.now();
      await all(started + bench.seconds * 1000);
      const seconds = (performance.now() - started) / 1000;
      await pool.end();
      return { value: commands / seconds };
    });

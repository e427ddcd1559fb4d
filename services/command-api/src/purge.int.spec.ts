import { migrateEventStore } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { createLogger } from "@cart/process-kit";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { startPurge } from "./purge.ts";

describe("purge of idempotency keys", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  before(() => {
    pool = openMysqlPool({ url: database.url(), connectionLimit: 2 });
  });
  after(() => pool.end());

  it("deletes all that are past their retention, batch after batch, and no other", async () => {
    // Half of it is old, in more than one batch and no whole number of them.
    await pool.query(
      `INSERT INTO idempotency_keys (aggregate_id, aggregate_type, idempotency_key, request_hash, version, answer, created_at)
       WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 750)
       SELECT UUID_TO_BIN(UUID()), 'Cart', CONCAT(a.n, '-', b.n), REPEAT('0', 32), 1, '{}', NOW(6) - INTERVAL IF(b.n <= 2, 59, 61) MINUTE
       FROM n a JOIN (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) b`,
    );
    const purge = startPurge({ pool, retentionMs: 3_600_000, logger: createLogger({ service: "command-api", level: "silent" }) });
    try {
      await waitFor("only the newer half to be left", async () => {
        const [rows] = await pool.query<(RowDataPacket & { kept: number; old: number })[]>(
          "SELECT COUNT(*) AS kept, CAST(SUM(created_at < NOW(6) - INTERVAL 1 HOUR) AS SIGNED) AS old FROM idempotency_keys",
        );
        return rows[0]?.kept === 1500 && rows[0].old === 0;
      });
    } finally {
      await purge.stop();
    }
  });
});

import { randomUUID } from "node:crypto";
import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { createLogger } from "@cart/process-kit";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import type { Pool } from "mysql2/promise";
import { startAnswerPurge } from "./startAnswerPurge.ts";

describe("purge of idempotency keys", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  before(() => {
    pool = openMysqlPool({ url: database.url(), connectionLimit: 2 });
  });
  after(() => pool.end());

  it("deletes all that are past their retention, batch after batch, and no other", async () => {
    // Half of it is old, in more than one batch and no whole number of them.
    const now = Date.now();
    const { keys } = eventStoreTables(pool);
    await keys.insert(
      Array.from({ length: 3_000 }, (_, n) => ({
        aggregate_id: randomUUID(),
        aggregate_type: "Cart",
        idempotency_key: `key-${n}`,
        request_hash: Buffer.alloc(32),
        version: 1,
        answer: "{}",
        created_at: new Date(now - (n % 2 === 0 ? 59 : 61) * 60_000),
      })),
    );
    const purge = startAnswerPurge({ pool, retentionMs: 3_600_000, logger: createLogger({ service: "command-api", level: "silent" }) });
    try {
      await waitFor("only the newer half to be left", async () => {
        const ages = (await keys.rows()).map(({ created_at: created }) => now - Number(created));
        return ages.length === 1_500 && ages.every((age) => age < 3_600_000);
      });
    } finally {
      await purge.stop();
    }
  });
});

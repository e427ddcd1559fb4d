import { randomUUID } from "node:crypto";
import { eventStoreTables, outboxRow } from "@cart/event-store/testing";
import { migrateEventStore } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { createMetricsRegistry } from "@cart/process-kit";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { createRelayMetrics } from "./relayMetrics.ts";

describe("relay metrics", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });

  it("show the backlog at the moment of the scrape", async () => {
    const pool = openMysqlPool({ url: database.url(), connectionLimit: 2 });
    const registry = createMetricsRegistry("outbox-relay");
    createRelayMetrics({ registry, pool, shardsHeld: () => 3 });
    const created_at = new Date(Date.now() - 60_000);
    await eventStoreTables(pool).outbox.insert(
      ["PENDING", "PENDING", "FAILED", "PUBLISHED"].map((status) =>
        outboxRow({ aggregate_id: randomUUID(), version: 1, created_at, status }),
      ),
    );
    const text = await registry.metrics();
    await pool.end();
    const valueOf = (metric: string): number =>
      Number(
        text
          .split("\n")
          .find((line) => line.startsWith(metric))
          ?.split(" ")
          .at(-1),
      );
    expect(valueOf('outbox_rows{status="PENDING"')).to.equal(2);
    expect(valueOf('outbox_rows{status="FAILED"')).to.equal(1);
    expect(valueOf("outbox_oldest_pending_seconds")).to.be.within(60, 120);
    expect(valueOf("outbox_leases_held")).to.equal(3);
  });
});

import { run, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { Counter, Gauge, type Registry } from "prom-client";

export type RelayMetrics = {
  readonly published: (rows: number) => void;
  /** An attempt that failed for the row's own fault. */
  readonly failed: () => void;
  /** A pass that was cut short because MySQL or Kafka did not answer. */
  readonly outage: () => void;
};

export type RelayMetricsOptions = { readonly registry: Registry; readonly pool: Pool; readonly shardsHeld: () => number };

export const createRelayMetrics = ({ registry, pool, shardsHeld }: RelayMetricsOptions): RelayMetrics => {
  const registers = [registry];
  const published = new Counter({ name: "outbox_published_total", help: "Outbox rows published and marked", registers });
  const failed = new Counter({ name: "outbox_publish_failures_total", help: "Attempts that failed for the row's own fault", registers });
  const outages = new Counter({ name: "outbox_outages_total", help: "Passes cut short because MySQL or Kafka did not answer", registers });
  new Gauge({
    name: "outbox_leases_held",
    help: "Shards that this relay publishes",
    registers,
    collect() {
      this.set(shardsHeld());
    },
  });
  // Each asks for itself, when it is asked for: a gauge that another one sets would show the scrape before.
  const ask = async <Row extends RowDataPacket>(query: string): Promise<Row | undefined> => {
    const [row] = await withConnection(pool, (connection) => run<Row[]>(connection, query));
    return row;
  };
  new Gauge({
    name: "outbox_oldest_pending_seconds",
    help: "Age of the oldest row that waits to be published, 0 for none",
    registers,
    async collect() {
      const oldest = await ask<RowDataPacket & { age: string }>(oldestQuery);
      this.set(Number(oldest?.age ?? 0));
    },
  });
  new Gauge({
    name: "outbox_rows",
    help: "Outbox rows that wait (PENDING) or were given up (FAILED)",
    labelNames: ["status"],
    registers,
    async collect() {
      const backlog = await ask<RowDataPacket & { pending: number; failed: number }>(backlogQuery);
      this.set({ status: "PENDING" }, backlog?.pending ?? 0);
      this.set({ status: "FAILED" }, backlog?.failed ?? 0);
    },
  });

  return { published: (rows) => published.inc(rows), failed: () => failed.inc(), outage: () => outages.inc() };
};

const oldestQuery =
  "SELECT TIMESTAMPDIFF(MICROSECOND, created_at, NOW(6)) / 1e6 AS age FROM outbox WHERE status = 'PENDING' ORDER BY id LIMIT 1";

const backlogQuery = `
  SELECT (SELECT COUNT(*) FROM outbox WHERE status = 'PENDING') AS pending,
         (SELECT COUNT(*) FROM outbox WHERE status = 'FAILED') AS failed`;

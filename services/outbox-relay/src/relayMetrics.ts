import { countOutbox, oldestPendingSeconds } from "@cart/event-store";
import type { Pool } from "mysql2/promise";
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
  new Gauge({
    name: "outbox_oldest_pending_seconds",
    help: "Age of the oldest row that waits to be published, 0 for none",
    registers,
    async collect() {
      this.set(await oldestPendingSeconds(pool));
    },
  });
  new Gauge({
    name: "outbox_rows",
    help: "Outbox rows that wait (PENDING) or were given up (FAILED)",
    labelNames: ["status"],
    registers,
    async collect() {
      const { pending, failed: givenUp } = await countOutbox(pool);
      this.set({ status: "PENDING" }, pending);
      this.set({ status: "FAILED" }, givenUp);
    },
  });

  return { published: (rows) => published.inc(rows), failed: () => failed.inc(), outage: () => outages.inc() };
};

import { countOutbox, oldestPendingSeconds, type OutboxCounts } from "@cart/event-store";
import { sampled, sampledGauge } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import { Counter, Gauge, type Registry } from "prom-client";

export type RelayMetrics = {
  readonly published: (rows: number) => void;
  /** Counts a failed attempt that was the row's own fault. */
  readonly failed: () => void;
  /** Counts a pass that was cut short because MySQL or Kafka did not answer. */
  readonly outage: () => void;
};

export type RelayMetricsOptions = { readonly registry: Registry; readonly pool: Pool; readonly shardsHeld: () => number };

export const createRelayMetrics = ({ registry, pool, shardsHeld }: RelayMetricsOptions): RelayMetrics => {
  const registers = [registry];
  const published = new Counter({ name: "outbox_published_total", help: "Outbox rows published and marked", registers });
  const failed = new Counter({ name: "outbox_publish_failures_total", help: "Failed attempts that were the row's own fault", registers });
  const outages = new Counter({ name: "outbox_outages_total", help: "Passes cut short because MySQL or Kafka did not answer", registers });
  new Gauge({
    name: "outbox_leases_held",
    help: "Shards that this relay publishes",
    registers,
    collect() {
      this.set(shardsHeld());
    },
  });
  sampledGauge({
    registry,
    name: "outbox_oldest_pending_seconds",
    help: "Age of the oldest row that waits to be published, 0 if no row waits",
    source: sampled(() => oldestPendingSeconds(pool)),
    samplesOf: (value: number) => [{ value }],
  });
  sampledGauge({
    registry,
    name: "outbox_rows",
    help: "Outbox rows that wait (PENDING), were given up (FAILED), or were set aside behind a row that was given up (SET_ASIDE)",
    labelNames: ["status"],
    source: sampled(() => countOutbox(pool)),
    samplesOf: ({ pending, failed: givenUp, setAside }: OutboxCounts) => [
      { labels: { status: "PENDING" }, value: pending },
      { labels: { status: "FAILED" }, value: givenUp },
      { labels: { status: "SET_ASIDE" }, value: setAside },
    ],
  });

  return { published: (rows) => published.inc(rows), failed: () => failed.inc(), outage: () => outages.inc() };
};

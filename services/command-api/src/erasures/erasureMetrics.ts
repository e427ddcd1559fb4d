import type { ErasureJournal } from "@cart/personal-data";
import { sampled, sampledGauge } from "@cart/process-kit";
import type { Registry } from "prom-client";

/** Registers the gauge of erasures that are under way. */
export const registerErasureGauge = (registry: Registry, journal: Pick<ErasureJournal, "count">): void =>
  sampledGauge({
    registry,
    name: "cart_erasures",
    help: "Erasures of shoppers that are under way, by state: pending, or overdue",
    labelNames: ["state"],
    source: sampled(() => journal.count()),
    samplesOf: ({ open, overdue }: Awaited<ReturnType<ErasureJournal["count"]>>) => [
      { labels: { state: "pending" }, value: open - overdue },
      { labels: { state: "overdue" }, value: overdue },
    ],
  });

import { createLagGauge, type PartitionLag } from "@cart/messaging";
import { sampled, sampledGauge } from "@cart/process-kit";
import type { BatchResult, DeadLetterCounts, OutdatedProjection } from "@cart/read-model";
import { Counter, Histogram, type Registry } from "prom-client";

export type ProjectorMetrics = {
  /** Counts a committed batch: `seconds` is its duration, `now` the time of its commit. */
  readonly applied: (result: BatchResult, seconds: number, now: Date) => void;
  readonly failed: () => void;
  /** Counts that Kafka deleted messages of a partition before they were read. */
  readonly lost: () => void;
  /** Counts messages of another event store, which were skipped. */
  readonly foreign: (messages: number) => void;
};

export type ProjectorMetricsOptions = {
  readonly registry: Registry;
  readonly lag: () => Promise<readonly PartitionLag[]>;
  readonly deadLetters: () => Promise<DeadLetterCounts>;
  readonly outdated: () => Promise<readonly OutdatedProjection[]>;
};

export const createProjectorMetrics = ({ registry, lag, deadLetters: countNow, outdated }: ProjectorMetricsOptions): ProjectorMetrics => {
  const registers = [registry];
  const projected = new Counter({
    name: "cart_events_projected_total",
    help: "Events whose effect was written to the read model",
    registers,
  });
  const duplicates = new Counter({
    name: "cart_events_duplicate_total",
    help: "Messages skipped because the read model already had their version",
    registers,
  });
  const deadLetters = new Counter({
    name: "cart_dead_letters_total",
    help: "Messages put into the dead-letter table, by reason; PARKED messages wait behind another dead letter",
    labelNames: ["reason"],
    registers,
  });
  const failures = new Counter({ name: "cart_projection_failures_total", help: "Batches that failed and were retried", registers });
  const lost = new Counter({
    name: "cart_consumer_jumps_total",
    help: "Times that messages of a partition were deleted from Kafka before this consumer read them",
    registers,
  });
  const foreign = new Counter({
    name: "cart_consumer_foreign_messages_total",
    help: "Messages of another event store that were skipped",
    registers,
  });
  const size = new Histogram({
    name: "cart_projection_batch_messages",
    help: "Messages in one transaction",
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 5_000],
    registers,
  });
  const duration = new Histogram({
    name: "cart_projection_batch_duration_seconds",
    help: "Time from reading a batch's messages to its commit",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const delay = new Histogram({
    name: "cart_projection_delay_seconds",
    help: "Time from an event's occurrence to its commit in the read model",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
    registers,
  });
  createLagGauge(registry, lag);
  registerDeadLetterGauges(registry, countNow);
  sampledGauge({
    registry,
    name: "cart_outdated_projections",
    help: "Projections whose rows were built by another revision: the read model needs a rebuild",
    source: sampled(outdated),
    samplesOf: (found: readonly OutdatedProjection[]) => [{ value: found.length }],
  });

  return {
    applied: (result, seconds, now) => {
      projected.inc(result.projected.length);
      duplicates.inc(result.duplicates);
      for (const { code } of result.deadLetters) deadLetters.inc({ reason: code });
      size.observe(result.projected.length + result.duplicates + result.deadLetters.length);
      duration.observe(seconds);
      for (const { occurredAt } of result.projected) delay.observe(Math.max(0, now.getTime() - occurredAt.getTime()) / 1000);
    },
    failed: () => failures.inc(),
    lost: () => lost.inc(),
    foreign: (messages) => foreign.inc(messages),
  };
};

const registerDeadLetterGauges = (registry: Registry, countNow: () => Promise<DeadLetterCounts>): void => {
  // Both gauges share one query. Every projector reports the same table.
  const source = sampled(countNow);
  sampledGauge({
    registry,
    // The name says carts because it is older than the policies, and dashboards use it.
    name: "cart_parked_carts",
    help: "Carts and policies that have a dead letter, behind which their later events wait",
    source,
    samplesOf: ({ parkedAggregates }: DeadLetterCounts) => [{ value: parkedAggregates }],
  });
  sampledGauge({
    registry,
    name: "cart_dead_letters",
    help: "Messages in the dead-letter table now, by reason",
    labelNames: ["reason"],
    source,
    samplesOf: ({ byReason }: DeadLetterCounts) => [...byReason].map(([reason, value]) => ({ labels: { reason }, value })),
  });
};

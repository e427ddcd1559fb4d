import { type Registry, sampled, sampledGauge } from "@cart/process-kit";
import type { PartitionLag } from "./consumerLag.ts";

/** Registers a gauge of the consumer's lag by partition. A partition that is reassigned to another member disappears from this gauge. */
export const createLagGauge = (registry: Registry, lag: () => Promise<readonly PartitionLag[]>): void =>
  sampledGauge({
    registry,
    name: "cart_consumer_lag_messages",
    help: "Messages of a partition that this consumer has not committed",
    labelNames: ["topic", "partition"],
    source: sampled(lag),
    samplesOf: (partitions: readonly PartitionLag[]) =>
      partitions.map(({ topic, partition, lag: value }) => ({ labels: { topic, partition }, value })),
  });

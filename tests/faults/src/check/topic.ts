import { randomUUID } from "node:crypto";
import { type ConsumedMessage, runBatchConsumer } from "@cart/messaging";
import { createLogger } from "@cart/process-kit";
import { waitUntil } from "@cart/tools/own-servers";
import { partitions, type System } from "../system/system.ts";

/** Reads every message of the topic from the beginning, each partition in order. */
export const readTopic = async ({ kafka, topic }: Pick<System, "kafka" | "topic">): Promise<ConsumedMessage[]> => {
  const read: ConsumedMessage[] = [];
  const consumer = runBatchConsumer({
    kafka,
    groupId: `faults-${randomUUID()}`,
    topics: [topic],
    logger: createLogger({ service: "faults", level: "silent" }),
    handleBatch: async (messages) => void read.push(...messages),
  });
  try {
    await waitUntil(`the end of the topic ${topic}`, 60, async () => {
      const lags = await consumer.lag();
      if (lags.length !== partitions) throw new Error(`${lags.length} of ${partitions} partitions are assigned`);
      const left = lags.reduce((sum, { lag }) => sum + lag, 0);
      if (left > 0) throw new Error(`${left} messages are left`);
    });
  } finally {
    await consumer.stop();
  }
  return withoutRepeats(read);
};

/** A consumer may deliver a message twice, which does not mean that the topic has it twice. */
const withoutRepeats = (messages: readonly ConsumedMessage[]): ConsumedMessage[] => {
  const seen = new Set<string>();
  return messages.filter(({ partition, offset }) => {
    const place = `${partition}/${offset}`;
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
};

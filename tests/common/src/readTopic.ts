import { randomUUID } from "node:crypto";
import { type ConsumedMessage, type createKafka, runBatchConsumer } from "@cart/messaging";
import { createLogger } from "@cart/process-kit";
import { waitUntil } from "@cart/tools/own-servers";

export type TopicToRead = {
  readonly kafka: ReturnType<typeof createKafka>;
  readonly topic: string;
  readonly partitions: number;
};

/**
 * Reads a topic from its beginning to its end and calls `visit` once for each message, each partition's
 * in order. Throws if the end is not reached within a minute.
 */
export const readTopic = async ({ kafka, topic, partitions }: TopicToRead, visit: (message: ConsumedMessage) => void): Promise<void> => {
  const nextOffsets = new Map<number, bigint>();
  const consumer = runBatchConsumer({
    kafka,
    groupId: `read-${randomUUID()}`,
    topics: [topic],
    logger: createLogger({ service: "tests", level: "silent" }),
    handleBatch: async (messages) => {
      for (const message of messages) {
        const { partition, offset } = message;
        // A consumer may deliver a message twice, which does not mean that the topic has it twice.
        if (BigInt(offset) < (nextOffsets.get(partition) ?? 0n)) continue;
        nextOffsets.set(partition, BigInt(offset) + 1n);
        visit(message);
      }
    },
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
};

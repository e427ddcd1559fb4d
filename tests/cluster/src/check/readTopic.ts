import { randomUUID } from "node:crypto";
import { type createKafka, runBatchConsumer } from "@cart/messaging";
import { createLogger } from "@cart/process-kit";
import { waitUntil } from "@cart/tools/own-servers";

/** What the topic has of each key, from its beginning, in order. */
export type ValuesByKey = ReadonlyMap<string, readonly number[]>;

export type TopicToRead = { readonly kafka: ReturnType<typeof createKafka>; readonly topic: string; readonly partitions: number };

export const readTopic = async ({ kafka, topic, partitions }: TopicToRead): Promise<ValuesByKey> => {
  const values = new Map<string, number[]>();
  const nextOffsets = new Map<number, bigint>();
  const consumer = runBatchConsumer({
    kafka,
    groupId: `cluster-${randomUUID()}`,
    topics: [topic],
    logger: createLogger({ service: "cluster", level: "silent" }),
    handleBatch: async (messages) => {
      for (const { partition, offset, key, value } of messages) {
        // A consumer may bring a message again: that is not a message that is there twice.
        if (BigInt(offset) < (nextOffsets.get(partition) ?? 0n)) continue;
        nextOffsets.set(partition, BigInt(offset) + 1n);
        const name = String(key);
        const known = values.get(name);
        if (known === undefined) values.set(name, [Number(value)]);
        else known.push(Number(value));
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
  return values;
};

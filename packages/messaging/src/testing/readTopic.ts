import { randomUUID } from "node:crypto";
import { waitFor } from "@cart/testkit";
import type { Kafka } from "kafkajs";

export type ReadMessage = {
  readonly partition: number;
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
};

/** Reads the first messages of a topic, at least `count` of them; each partition's messages are in order. */
export const readTopic = async (kafka: Kafka, topic: string, count: number): Promise<ReadMessage[]> => {
  const consumer = kafka.consumer({ groupId: `read-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const read: ReadMessage[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) =>
      void read.push({
        partition,
        key: message.key?.toString(),
        value: message.value?.toString(),
        headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])),
      }),
  });
  try {
    await waitFor(`${count} messages in ${topic}`, () => read.length >= count);
    return read;
  } finally {
    await consumer.disconnect();
  }
};

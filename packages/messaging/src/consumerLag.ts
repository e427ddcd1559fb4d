import type { Kafka } from "kafkajs";
import { createSharedAdmin } from "./sharedAdmin.ts";

export type TopicPartition = { readonly topic: string; readonly partition: number };

/** The number of messages of a partition that the group has not committed yet. */
export type PartitionLag = TopicPartition & { readonly lag: number };

/**
 * Reads the lag from the brokers, not from the consumer, because a stuck consumer does
 * not notice that it falls behind. `read` rejects if no broker answers.
 */
export const createLagReader = (kafka: Kafka, groupId: string) => {
  const shared = createSharedAdmin(kafka, { retries: 0 });

  const lagsOf = async (topics: readonly string[], isWanted: (partition: TopicPartition) => boolean): Promise<PartitionLag[]> => {
    if (topics.length === 0) return [];
    return shared.use(async (admin) => {
      const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
      const lags = await allSettled(
        committed.map(async ({ topic, partitions }) => {
          const ends = new Map((await admin.fetchTopicOffsets(topic)).map((end) => [end.partition, end]));
          return partitions.flatMap(({ partition, offset }): PartitionLag[] => {
            const end = ends.get(partition);
            if (end === undefined || !isWanted({ topic, partition })) return [];
            // A group that has committed nothing (-1) begins with the oldest message that still exists.
            const next = Math.max(Number(offset), Number(end.low));
            return [{ topic, partition, lag: Math.max(0, Number(end.high) - next) }];
          });
        }),
      );
      return lags.flat();
    });
  };

  return {
    /** Resolves to the oldest offset of the partition, which is the next one if it has no message. */
    oldest: ({ topic, partition }: TopicPartition): Promise<string | undefined> =>
      shared.use(async (admin) => (await admin.fetchTopicOffsets(topic)).find((each) => each.partition === partition)?.low),
    /** Reads the lag of these partitions. */
    read: (assignment: readonly TopicPartition[]): Promise<PartitionLag[]> =>
      lagsOf([...new Set(assignment.map(({ topic }) => topic))], ({ topic, partition }) =>
        assignment.some((own) => own.topic === topic && own.partition === partition),
      ),
    /** Reads the lag of every partition of the topics, also while the group has no member. */
    readTopics: (topics: readonly string[]): Promise<PartitionLag[]> => lagsOf(topics, () => true),
    close: shared.close,
  };
};

/** Like Promise.all, but a failure waits until all have ended. */
const allSettled = async <T>(promises: readonly Promise<T>[]): Promise<T[]> => {
  await Promise.allSettled(promises);
  return Promise.all(promises);
};

import type { Admin, Kafka } from "kafkajs";

export type TopicPartition = { readonly topic: string; readonly partition: number };

/** The number of messages of a partition that the group has not committed yet. */
export type PartitionLag = TopicPartition & { readonly lag: number };

/**
 * Reads the lag from the brokers, not from the consumer, because a stuck consumer does
 * not notice that it falls behind. `read` rejects if no broker answers.
 */
export const createLagReader = (kafka: Kafka, groupId: string) => {
  let opened: Promise<Admin> | undefined;

  const open = async (): Promise<Admin> => {
    const admin = kafka.admin({ retry: { retries: 0 } });
    await admin.connect();
    return admin;
  };

  const lagsOf = async (topics: readonly string[], isWanted: (partition: TopicPartition) => boolean): Promise<PartitionLag[]> => {
    if (topics.length === 0) return [];
    const admin = await (opened ??= open());
    const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
    const lags = await Promise.all(
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
  };

  const close = async (): Promise<void> => {
    const closing = opened;
    opened = undefined;
    await (await closing?.catch(() => undefined))?.disconnect();
  };

  const readOrClose = async (topics: readonly string[], isWanted: (partition: TopicPartition) => boolean): Promise<PartitionLag[]> => {
    try {
      return await lagsOf(topics, isWanted);
    } catch (error) {
      void close().catch(() => undefined);
      throw error;
    }
  };

  return {
    /** Reads the lag of these partitions. */
    read: (assignment: readonly TopicPartition[]): Promise<PartitionLag[]> =>
      readOrClose([...new Set(assignment.map(({ topic }) => topic))], ({ topic, partition }) =>
        assignment.some((own) => own.topic === topic && own.partition === partition),
      ),
    /** Reads the lag of every partition of the topics, also while the group has no member. */
    readTopics: (topics: readonly string[]): Promise<PartitionLag[]> => readOrClose(topics, () => true),
    close,
  };
};

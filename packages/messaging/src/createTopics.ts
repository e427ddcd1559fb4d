import { setTimeout as delay } from "node:timers/promises";
import type { Admin, ITopicMetadata, Kafka } from "kafkajs";
import { explained, protocolErrorType } from "./kafkaErrors.ts";

export type TopicDefinition = {
  readonly topic: string;
  readonly partitions: number;
  /** Milliseconds for which a new topic keeps a message at least; by default what the brokers are set to. An existing topic keeps its own. */
  readonly retentionMs?: number;
};

export type CreateTopicsOptions = {
  readonly topics: readonly TopicDefinition[];
  /** Copies of each partition, at most the number of brokers. */
  readonly replicationFactor: number;
  /** Upper limit of the wait for leaders, in milliseconds. */
  readonly timeoutMs?: number;
};

/** An existing topic is not usable as it is. A retry does not help. */
export class TopicError extends Error {
  override readonly name = "TopicError";
}

/**
 * Creates the missing topics and resolves when every partition of every topic has a
 * leader. Several processes may run it at once, and again.
 *
 * Throws a `TopicError` if a topic exists with fewer partitions: adding partitions
 * would move keys, and then a cart's later events could be read before its earlier
 * events. A topic with more partitions than requested is left alone.
 */
export const createTopics = async (kafka: Kafka, { topics, replicationFactor, timeoutMs = 30_000 }: CreateTopicsOptions): Promise<void> => {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.createTopics({
      topics: topics.map(({ topic, partitions, retentionMs }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor,
        configEntries:
          retentionMs === undefined ? configEntries : [...configEntries, { name: "retention.ms", value: String(Math.round(retentionMs)) }],
      })),
      timeout: timeoutMs,
      waitForLeaders: false,
    });
    assertPartitions(topics, await metadataWithLeaders(admin, topics, Date.now() + timeoutMs));
  } catch (error) {
    throw explained(error);
  } finally {
    await admin.disconnect();
  }
};

/**
 * Kafka stores the time at which it appended a message, and so refuses no message for a time that a client's clock
 * gave it. Retention counts from that time too, also for events that were published late.
 */
const configEntries = [{ name: "message.timestamp.type", value: "LogAppendTime" }];

const pollIntervalMs = 50;

const metadataWithLeaders = async (admin: Admin, topics: readonly TopicDefinition[], deadlineMs: number): Promise<ITopicMetadata[]> => {
  const names = topics.map(({ topic }) => topic);
  for (;;) {
    const metadata = await findMetadata(admin, names);
    if (metadata !== undefined && metadata.every(hasLeaders)) return metadata;
    if (Date.now() > deadlineMs) throw new Error(`not every partition of ${names.join(", ")} got a leader in time`);
    await delay(pollIntervalMs);
  }
};

const hasLeaders = ({ partitions }: ITopicMetadata): boolean =>
  partitions.every(({ leader, partitionErrorCode }) => leader >= 0 && partitionErrorCode === 0);

const pendingErrors: ReadonlySet<string | undefined> = new Set(["UNKNOWN_TOPIC_OR_PARTITION", "LEADER_NOT_AVAILABLE"]);

const findMetadata = async (admin: Admin, topics: string[]): Promise<ITopicMetadata[] | undefined> => {
  try {
    return (await admin.fetchTopicMetadata({ topics })).topics;
  } catch (error) {
    if (pendingErrors.has(protocolErrorType(error))) return undefined;
    throw error;
  }
};

const assertPartitions = (topics: readonly TopicDefinition[], metadata: readonly ITopicMetadata[]): void => {
  for (const { topic, partitions: expected } of topics) {
    const actual = metadata.find(({ name }) => name === topic)?.partitions.length ?? 0;
    if (actual < expected) {
      throw new TopicError(
        `topic ${topic} has ${actual} partitions, expected at least ${expected}; adding partitions would break the order of ` +
          `events with the same key, so delete and create the topic again, or set TOPIC_PARTITIONS to ${actual}`,
      );
    }
  }
};

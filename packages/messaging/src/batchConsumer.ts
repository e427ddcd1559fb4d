import { abortableDelay, type BackoffOptions, delayFor, type Logger } from "@cart/process-kit";
import type { Consumer, ConsumerConfig, EachBatchPayload, Kafka } from "kafkajs";
import { createBatchLane } from "./batchLane.ts";
import { createBatchProcessor } from "./batchProcessor.ts";
import type { ConsumedMessage } from "./consumedMessage.ts";
import { createLagReader, type PartitionLag, type TopicPartition } from "./consumerLag.ts";
import { createGroupMembership, type GroupMembership } from "./groupMembership.ts";
import { explained } from "./kafkaErrors.ts";

export type BatchConsumerOptions = {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly logger: Logger;
  /**
   * Takes messages of one or several partitions, each partition's in order. What it
   * did must be durable when it resolves. It gets messages again that it had before:
   * after an error, a crash or a rebalance.
   */
  readonly handleBatch: (messages: readonly ConsumedMessage[]) => Promise<void>;
  /** Bound of the messages in one call of `handleBatch`. */
  readonly maxBatchMessages?: number;
  /**
   * Calls of `handleBatch` at once, each with partitions of its own: while one waits
   * for its database another computes. Without it, one.
   */
  readonly lanes?: number;
  /**
   * Bytes that a broker gathers before it answers, for two seconds at most: for a
   * consumer that is in no hurry, and would otherwise get each message by itself.
   */
  readonly minBytes?: number;
  /** Between attempts of a batch that failed. Milliseconds. */
  readonly retry?: BackoffOptions;
  /** A group member that was silent for so long loses its partitions to the others. Milliseconds. */
  readonly sessionTimeout?: number;
};

export type BatchConsumer = {
  /** Finishes the running batch, commits its offsets and leaves the group. A batch that keeps failing is given up. */
  readonly stop: () => Promise<void>;
  /** Rejects unless this is a member of the group and has heard from it lately. */
  readonly assertReady: () => Promise<void>;
  readonly assignment: () => readonly TopicPartition[];
  /** The lag of the assigned partitions. Rejects when no broker answers. */
  readonly lag: () => Promise<PartitionLag[]>;
};

/** Heartbeats in the time after which a silent member is given up: some may be late. */
const beatsPerSession = 6;

/**
 * Reads topics in batches, at least once: offsets are committed after `handleBatch`
 * has resolved, and never past a message that it did not handle.
 *
 * - The partitions of a lane that one fetch brought go into one batch: one transaction
 *   for a dozen partitions costs as much as one for each of them.
 * - A batch that fails is tried again after a growing, bounded delay, for as long as
 *   its partitions are this member's; nothing behind it in them is read meanwhile.
 * - It returns at once and joins the group in the background. Whatever goes wrong
 *   with Kafka, it begins anew after a delay: a broker that is away is waited for.
 */
export const runBatchConsumer = (options: BatchConsumerOptions): BatchConsumer => {
  const { kafka, groupId, topics, logger, handleBatch } = options;
  const { maxBatchMessages = 2_000, lanes: laneCount = 1, minBytes = 1, sessionTimeout = 10_000 } = options;
  const { retry = { base: 100, max: 5_000 } } = options;
  const heartbeatInterval = sessionTimeout / beatsPerSession;
  const stopping = new AbortController();
  const lagReader = createLagReader(kafka, groupId);
  const membership = createGroupMembership(groupId, sessionTimeout, logger);
  const process = createBatchProcessor({
    handleBatch,
    maxBatchMessages,
    retry,
    heartbeatInterval,
    stopping: stopping.signal,
    logger,
  });

  const run = async (): Promise<void> => {
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      const consumer = kafka.consumer({ ...consumerConfig, groupId, sessionTimeout, heartbeatInterval, minBytes });
      const startedAt = Date.now();
      try {
        await consume({ consumer, topics, laneCount, process, membership, stopping: stopping.signal });
      } catch (error) {
        // A consumer that worked for a while begins to count anew.
        if (Date.now() - startedAt > 60_000) attempt = 1;
        const delay = 200 + delayFor(attempt, retry);
        const reason = explained(error);
        logger.error({ err: reason, group: groupId, attempt, retry_in_ms: delay }, "the consumer failed and will start again");
        membership.end(reason instanceof Error ? reason : new Error(String(reason)));
        await abortableDelay(delay, stopping.signal);
      } finally {
        membership.end();
        await consumer.disconnect().catch((error: unknown) => logger.warn({ err: error }, "the consumer did not disconnect cleanly"));
      }
    }
    await lagReader.close();
  };

  const running = run();

  return {
    stop: () => {
      stopping.abort();
      return running;
    },
    assertReady: membership.assertReady,
    assignment: membership.assignment,
    lag: () => lagReader.read(membership.assignment()),
  };
};

const consumerConfig: Omit<ConsumerConfig, "groupId"> = {
  rebalanceTimeout: 30_000,
  allowAutoTopicCreation: false,
  // Short, because an idle fetch holds up `stop`; long, because each costs an idle consumer and the broker some ms of CPU.
  maxWaitTimeInMs: 2_000,
  maxBytesPerPartition: 1_048_576,
  maxBytes: 5_242_880,
  // kafkajs restarts itself after some errors and silently not after others: here all of them end the attempt.
  retry: { retries: 8, restartOnFailure: async () => false },
};

type Consumption = {
  readonly consumer: Consumer;
  readonly topics: readonly string[];
  readonly laneCount: number;
  readonly process: (payloads: readonly EachBatchPayload[]) => Promise<void>;
  readonly membership: GroupMembership;
  readonly stopping: AbortSignal;
};

/** The life of one consumer: resolves when it is told to stop, and rejects when it has crashed. */
const consume = async ({ consumer, topics, laneCount, process, membership, stopping }: Consumption): Promise<void> => {
  const crashed = new Promise<Error>((resolve) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
  });
  membership.follow(consumer);

  const lanes = Array.from({ length: laneCount }, () => createBatchLane(process));
  // By its place among this member's partitions: the numbers of those that it was given may all be even.
  const laneOf = ({ topic, partition }: TopicPartition) =>
    lanes[membership.assignment().findIndex((own) => own.topic === topic && own.partition === partition) % laneCount] ?? lanes[0];
  await consumer.connect();
  // A new group begins at the oldest message: what was published before the first start counts too.
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    // More than a member mostly has, so that all slices of a fetch reach their lanes in one turn, and no more: kafkajs wakes up so
    // many workers for each fetch.
    partitionsConsumedConcurrently: 32,
    eachBatch: async (payload) => laneOf(payload.batch)?.add(payload),
  });
  const error = await Promise.race([crashed, aborted(stopping)]);
  if (error !== undefined) throw error;
};

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

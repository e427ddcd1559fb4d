import { abortableDelay, type BackoffOptions, delayFor, type Logger } from "@cart/process-kit";
import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";
import { createBatchLane } from "./batchLane.ts";
import type { ConsumedMessage } from "./consumedMessage.ts";
import { createLagReader, type PartitionLag, type TopicPartition } from "./consumerLag.ts";
import { chunksOf, type Progress, toSlice } from "./fetchedSlice.ts";
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
 * - It returns at once, and joins the group in the background. Whatever goes wrong
 *   with Kafka, it begins anew after a delay: a broker that is away is waited for.
 */
export const runBatchConsumer = ({
  kafka,
  groupId,
  topics,
  logger,
  handleBatch,
  maxBatchMessages = 2_000,
  lanes: laneCount = 1,
  minBytes = 1,
  retry = { base: 100, max: 5_000 },
  sessionTimeout = 10_000,
}: BatchConsumerOptions): BatchConsumer => {
  const heartbeatInterval = sessionTimeout / beatsPerSession;
  const stopping = new AbortController();
  const lagReader = createLagReader(kafka, groupId);
  let assigned: readonly TopicPartition[] = [];
  let isMember = false;
  let lastHeard = 0;
  let lastFailure = "";

  const process = async (payloads: readonly EachBatchPayload[]): Promise<void> => {
    const [first] = payloads;
    if (first === undefined) return;
    for (const { messages, progress } of chunksOf(payloads.map(toSlice), maxBatchMessages)) {
      if (!(await handleUntilDone(messages, () => first.heartbeat()))) return;
      await commit(payloads, progress);
      await first.heartbeat();
    }
  };

  /** False when it was told to stop before the batch was done. Throws when the group has taken the partitions away. */
  const handleUntilDone = async (messages: readonly ConsumedMessage[], heartbeat: EachBatchPayload["heartbeat"]): Promise<boolean> => {
    const beat = keepBeating(heartbeat, heartbeatInterval);
    try {
      for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
        try {
          await handleBatch(messages);
          return true;
        } catch (error) {
          const delay = delayFor(attempt, retry);
          logger.error({ err: error, attempt, messages: messages.length, retry_in_ms: delay }, "a batch failed and will be tried again");
          await abortableDelay(delay, AbortSignal.any([stopping.signal, beat.failed]));
          beat.failed.throwIfAborted();
        }
      }
      return false;
    } finally {
      beat.stop();
    }
  };

  const runOnce = async (consumer: Consumer): Promise<void> => {
    const crashed = new Promise<Error>((resolve) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      isMember = true;
      lastHeard = Date.now();
      lastFailure = "";
      logger.info({ group: groupId, partitions: assigned.length }, "joined the consumer group");
    });
    consumer.on(consumer.events.REBALANCING, () => void (isMember = false));
    consumer.on(consumer.events.HEARTBEAT, () => void (lastHeard = Date.now()));

    const lanes = Array.from({ length: laneCount }, () => createBatchLane(process));
    // By its place among this member's partitions: the numbers of those that it was given may all be even.
    const laneOf = ({ topic, partition }: TopicPartition) =>
      lanes[assigned.findIndex((own) => own.topic === topic && own.partition === partition) % laneCount] ?? lanes[0];
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
    const error = await Promise.race([crashed, aborted(stopping.signal)]);
    if (error !== undefined) throw error;
  };

  const run = async (): Promise<void> => {
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      const consumer = kafka.consumer({
        groupId,
        sessionTimeout,
        heartbeatInterval,
        rebalanceTimeout: 30_000,
        allowAutoTopicCreation: false,
        minBytes,
        // Short, as an idle fetch holds up `stop`; long, as each costs an idle consumer and the broker some ms of CPU.
        maxWaitTimeInMs: 2_000,
        maxBytesPerPartition: 1_048_576,
        maxBytes: 5_242_880,
        // kafkajs restarts itself after some errors and silently not after others: here all of them end the attempt.
        retry: { retries: 8, restartOnFailure: async () => false },
      });
      const startedAt = Date.now();
      try {
        await runOnce(consumer);
      } catch (error) {
        // One that worked for a while begins to count anew.
        if (Date.now() - startedAt > 60_000) attempt = 1;
        const delay = 200 + delayFor(attempt, retry);
        const reason = explained(error);
        lastFailure = `: ${reason instanceof Error ? reason.message : String(reason)}`;
        logger.error({ err: reason, group: groupId, attempt, retry_in_ms: delay }, "the consumer failed and will start again");
        isMember = false;
        await abortableDelay(delay, stopping.signal);
      } finally {
        isMember = false;
        assigned = [];
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
    assertReady: async () => {
      if (!isMember) throw new Error(`not a member of the consumer group ${groupId}${lastFailure}`);
      const silence = Date.now() - lastHeard;
      if (silence > sessionTimeout / 2) throw new Error(`heard nothing from the consumer group ${groupId} for ${silence} ms`);
    },
    assignment: () => assigned,
    lag: () => lagReader.read(assigned),
  };
};

/** Commits first, then lets kafkajs fetch what follows: if the commit fails, the same messages come again and none is left uncommitted. */
const commit = async (payloads: readonly EachBatchPayload[], progress: readonly Progress[]): Promise<void> => {
  const topics = [...new Set(progress.map(({ topic }) => topic))];
  await payloads[0]?.commitOffsetsIfNecessary({
    topics: topics.map((topic) => ({
      topic,
      partitions: progress
        .filter((own) => own.topic === topic)
        .map(({ partition, done }) => ({ partition, offset: String(BigInt(done) + 1n) })),
    })),
  });
  for (const { topic, partition, done } of progress) {
    payloads.find(({ batch }) => batch.topic === topic && batch.partition === partition)?.resolveOffset(done);
  }
};

/** Heartbeats while a batch takes its time. `failed` is aborted, with kafkajs's error, when the group no longer wants them. */
const keepBeating = (heartbeat: () => Promise<void>, interval: number): { readonly failed: AbortSignal; readonly stop: () => void } => {
  const failed = new AbortController();
  const timer = setInterval(() => void heartbeat().catch((error: unknown) => failed.abort(error)), interval);
  return { failed: failed.signal, stop: () => clearInterval(timer) };
};

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

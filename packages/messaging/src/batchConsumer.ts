import { abortableDelay, type BackoffOptions, coalesce, delayFor, type Logger } from "@cart/process-kit";
import type { Consumer, ConsumerConfig, EachBatchPayload, Kafka } from "kafkajs";
import { createBatchProcessor } from "./batchProcessor.ts";
import type { ConsumedMessage } from "./consumedMessage.ts";
import { createLagReader, type PartitionLag, type TopicPartition } from "./consumerLag.ts";
import { createGroupMembership, follow, type GroupMembership, MembershipError } from "./groupMembership.ts";
import { createLossReports } from "./lossReports.ts";
import type { LostMessages } from "./lostMessages.ts";
import { createOwnMessages, type FollowedEventStore, type OwnMessages } from "./ownMessages.ts";
import { explained, isCoordinatorPending } from "./kafkaErrors.ts";

export type BatchConsumerOptions = {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly logger: Logger;
  /**
   * Handles messages of one or several partitions, each partition's in order. The effect
   * must be durable when it resolves. After an error, a crash or a rebalance it gets
   * messages again that it has handled before.
   */
  readonly handleBatch: (messages: readonly ConsumedMessage[]) => Promise<void>;
  /** Upper limit of messages in one call of `handleBatch`. */
  readonly maxBatchMessages?: number;
  /**
   * Upper limit of concurrent calls of `handleBatch`, each with different partitions, so that one call
   * computes while another waits for its database. 1 by default.
   */
  readonly lanes?: number;
  /**
   * Bytes that a broker gathers before it answers a fetch, for two seconds at most. More
   * bytes give fewer and larger batches, at the price of latency.
   */
  readonly minBytes?: number;
  /** Milliseconds between attempts of a failed batch. */
  readonly retry?: BackoffOptions;
  /** Called when messages were deleted from a partition before this consumer read them. Reading goes on with the first that is left. */
  readonly onLost?: (lost: LostMessages) => void;
  /** The event store that the consumer follows. Without it, messages of every event store are handled. */
  readonly follows?: FollowedEventStore;
  /** Milliseconds of silence after which a group member loses its partitions to the others. */
  readonly sessionTimeoutMs?: number;
  /** Milliseconds for which a rebalance waits for members to finish their batches and join. */
  readonly rebalanceTimeoutMs?: number;
};

export type BatchConsumer = {
  /** Finishes the running batch, commits its offsets and leaves the group. A batch that keeps failing is abandoned uncommitted. */
  readonly stop: () => Promise<void>;
  /** Rejects unless the consumer is a member of the group and has had a recent heartbeat. */
  readonly assertReady: () => Promise<void>;
  readonly assignment: () => readonly TopicPartition[];
  /** Resolves to the lag of the assigned partitions. Rejects if no broker answers. */
  readonly lag: () => Promise<PartitionLag[]>;
};

/** Milliseconds between attempts of a failed batch, and of a consumer that failed. */
const defaultRetry: BackoffOptions = { baseMs: 100, maxMs: 5_000 };

/** Heartbeats per session timeout, so that a few may be late. */
const heartbeatsPerSession = 6;

/** Milliseconds for which a consumer that does not answer any more may take to leave its group, before the next one starts. */
const leaveMs = 5_000;

/** An election mostly takes less than a second. After this many attempts, about 3 s, the consumer's failure counts as one. */
const mostElectionAttempts = 5;

/**
 * Reads topics in batches, at least once: offsets are committed after `handleBatch`
 * has resolved, and never past an unhandled message.
 *
 * - The partitions of a lane in one fetch go into one batch, because one transaction for
 *   a dozen partitions costs as much as a transaction for one of them. For the same reason a
 *   fetch that fits into one batch uses one lane.
 * - A failed batch is retried after a growing, bounded delay, for as long as its
 *   partitions are assigned to this member; later messages of them wait meanwhile.
 * - A consumer that follows an event store refuses to share its group with a system that follows another one.
 * - Messages that were deleted before they were read are reported: see `onLost`.
 * - The function returns at once and joins the group in the background. After any failure
 *   of Kafka the consumer starts again after a delay, so it survives an outage.
 * - A consumer that hears nothing from its group for longer than a rebalance and a session may take is given up and started again,
 *   because kafkajs may wait for an answer that never comes.
 */
export const runBatchConsumer = (options: BatchConsumerOptions): BatchConsumer => {
  const { kafka, groupId, topics, logger, handleBatch, onLost } = options;
  const { maxBatchMessages = 2_000, lanes: laneCount = 1, minBytes = 1, retry = defaultRetry } = options;
  const { sessionTimeoutMs = 10_000, rebalanceTimeoutMs = 30_000 } = options;
  const heartbeatIntervalMs = sessionTimeoutMs / heartbeatsPerSession;
  const stopping = new AbortController();
  const lagReader = createLagReader(kafka, groupId);
  const losses = createLossReports({ kafka, groupId, logger, onLost, oldest: lagReader.oldest });
  const ownMessages = createOwnMessages({ kafka, groupId, topics, follows: options.follows });
  const membership = createGroupMembership(groupId, sessionTimeoutMs, logger);
  const processBatches = createBatchProcessor({
    handleBatch,
    maxBatchMessages,
    ownMessages,
    retry,
    heartbeatIntervalMs,
    stopping: stopping.signal,
    logger,
  });

  const process = async (payloads: readonly EachBatchPayload[]): Promise<void> => {
    for (const { batch } of payloads) losses.before(batch);
    await ownMessages.check(payloads);
    await processBatches(payloads);
    for (const { batch } of payloads) losses.handled(batch);
  };

  const consumption = {
    topics,
    laneCount,
    maxBatchMessages,
    maxSilenceMs: rebalanceTimeoutMs + sessionTimeoutMs,
    process,
    membership,
    ownMessages,
    stopping: stopping.signal,
  };

  const newConsumer = () =>
    kafka.consumer({
      ...consumerConfig,
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      minBytes,
    });

  const run = async (): Promise<void> => {
    await consumeUntilStopped({ ...consumption, newConsumer, groupId, retry, logger });
    await losses.close();
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
  allowAutoTopicCreation: false,
  // A compromise: an idle fetch delays `stop`, and each fetch costs an idle consumer and the broker some milliseconds of CPU.
  maxWaitTimeInMs: 2_000,
  maxBytesPerPartition: 1_048_576,
  maxBytes: 5_242_880,
  // kafkajs restarts itself after some errors and silently gives up after others. Here every error ends the attempt.
  retry: { retries: 8, restartOnFailure: async () => false },
};

type Consumption = {
  readonly consumer: Consumer;
  readonly topics: readonly string[];
  readonly laneCount: number;
  readonly maxBatchMessages: number;
  /** Milliseconds without a sign of the group after which the consumer is given up. */
  readonly maxSilenceMs: number;
  readonly process: (payloads: readonly EachBatchPayload[]) => Promise<void>;
  readonly membership: GroupMembership;
  readonly ownMessages: OwnMessages;
  readonly stopping: AbortSignal;
};

type Consumers = Omit<Consumption, "consumer"> & {
  readonly newConsumer: () => Consumer;
  readonly groupId: string;
  readonly retry: BackoffOptions;
  readonly logger: Logger;
};

/** Runs one consumer after the other until `stopping` is aborted. */
const consumeUntilStopped = async ({ newConsumer, groupId, retry, logger, ...consumption }: Consumers): Promise<void> => {
  const { membership, stopping } = consumption;
  for (let attempt = 1; !stopping.aborted; attempt += 1) {
    const consumer = newConsumer();
    const startedAt = Date.now();
    let isSilent = false;
    const unfollow = follow(consumer, membership);
    try {
      await consume({ ...consumption, consumer });
    } catch (error) {
      isSilent = error instanceof MembershipError;
      // A consumer that ran for a minute counts its attempts from 1 again.
      if (Date.now() - startedAt > 60_000) attempt = 1;
      const delay = 200 + delayFor(attempt, retry);
      const reason = explained(error);
      const expected = isCoordinatorPending(error) && attempt <= mostElectionAttempts;
      const level = expected ? "info" : "error";
      logger[level]({ err: reason, group: groupId, attempt, retry_in_ms: delay }, "the consumer failed and will start again");
      membership.end({ reason: reason instanceof Error ? reason : new Error(String(reason)), expected });
      await abortableDelay(delay, stopping);
    } finally {
      membership.end();
      unfollow();
      await disconnect(consumer, logger, isSilent ? abortableDelay(leaveMs, stopping) : undefined);
    }
  }
};

/**
 * Runs one consumer: resolves when `stopping` is aborted, and rejects if the consumer crashes or cannot start, and with a `MembershipError`
 * if its group is silent.
 */
const consume = async (consumption: Consumption): Promise<void> => {
  const { consumer, membership, maxSilenceMs, stopping } = consumption;
  const crashed = new Promise<Error>((resolve) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
  });
  membership.begun();
  const over = new AbortController();
  try {
    const error = await Promise.race([
      start(consumption).then(() => Promise.race([crashed, aborted(stopping, over.signal)])),
      membership.silent(maxSilenceMs, over.signal),
    ]);
    if (error !== undefined) throw error;
  } finally {
    over.abort();
  }
};

/** Leaves the group. A silent consumer may wait for an answer of its group and leaves once it has it: `until` ends the wait for that. */
const disconnect = (consumer: Consumer, logger: Logger, until?: Promise<void>): Promise<void> => {
  const left = consumer.disconnect().catch((error: unknown) => logger.warn({ err: error }, "the consumer did not disconnect cleanly"));
  return until === undefined ? left : Promise.race([left, until]);
};

/** Joins the group and handles messages. Resolves once the consumer has joined, or has crashed before. */
const start = async (consumption: Consumption): Promise<void> => {
  const { consumer, topics, ownMessages } = consumption;
  const handle = dispatch(consumption);
  await ownMessages.begin();
  await consumer.connect();
  // A new group begins with the oldest message, because messages from before its first start count too.
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    // Enough for all partitions of one fetch to reach their lanes in the same turn. Not more, because kafkajs wakes this many workers
    // per fetch.
    partitionsConsumedConcurrently: 32,
    eachBatch: async (payload) => {
      await handle(payload);
    },
  });
};

/**
 * Returns a function that handles the messages of one partition together with those of other partitions of the same fetch, which
 * arrive in the same turn: in one lane if a single batch can hold all of them, and otherwise spread over the lanes.
 */
const dispatch = ({ laneCount, maxBatchMessages, process, membership }: Consumption) => {
  const processAll = async (payloads: readonly EachBatchPayload[]): Promise<[]> => {
    await process(payloads);
    return [];
  };
  const lanes = Array.from({ length: laneCount }, () => coalesce(processAll));
  // Assigned by index, not by partition number, because this member's numbers may all be even.
  const indexOf = ({ topic, partition }: TopicPartition) =>
    membership.assignment().findIndex((own) => own.topic === topic && own.partition === partition);
  // The lanes' promises are returned unawaited: the next fetch of another broker must not wait for them here.
  return coalesce(async (payloads: readonly EachBatchPayload[]) => {
    const messages = payloads.reduce((sum, { batch }) => sum + batch.messages.length, 0);
    const laneOf = (batch: TopicPartition) => (messages > maxBatchMessages ? lanes[indexOf(batch) % laneCount] : undefined) ?? lanes[0];
    return payloads.map((payload) => laneOf(payload.batch)?.(payload));
  });
};

/** Resolves when the signal is aborted. Nothing is left on the signal once `over` is aborted. */
const aborted = (signal: AbortSignal, over: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true, signal: over });
  });

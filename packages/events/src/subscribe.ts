import { setTimeout as delay } from "node:timers/promises";
import type { Consumer, EachBatchPayload, Kafka, Logger } from "kafkajs";
import type { EventType } from "./eventDecoder.ts";
import { createMessageHandler, type HandlerOptions, type MessageHandler, type SkipReason } from "./handleMessage.ts";

/** Where a message is in Kafka. */
export type Place = { readonly topic: string; readonly partition: number; readonly offset: string };

/** What a subscription has to say. No notice holds the values of an event. */
export type Notice =
  /** A message was skipped. `error` says why it could not be read. */
  | { readonly kind: "skipped"; readonly reason: Exclude<SkipReason, "other-type">; readonly at: Place; readonly error?: Error }
  /** A message was not handled. It is delivered again, and its partition waits for it. */
  | { readonly kind: "failed"; readonly at: Place; readonly error: unknown; readonly attempt: number; readonly retryInMs: number }
  /** Kafka cannot be reached, or has refused the consumer. It starts again. */
  | { readonly kind: "disconnected"; readonly error: unknown; readonly attempt: number; readonly retryInMs: number };

export type SubscribeOptions<Type extends EventType> = HandlerOptions<Type> & {
  /** Your kafkajs client, with your brokers, certificates and login. */
  readonly kafka: Kafka;
  /** Processes with the same group share the partitions of the topics. */
  readonly groupId: string;
  /** `ec.cart-events` by default. */
  readonly topics?: readonly string[];
  /**
   * Where a group begins that has committed nothing, or whose place Kafka has deleted: with the oldest message, or with those
   * that are written from then on. false by default.
   */
  readonly fromBeginning?: boolean;
  /** Partitions that are handled at the same time; the events of a cart never are. 1 by default. */
  readonly concurrency?: number;
  /** Milliseconds before a message that failed is delivered again: the first pause, and the longest one. */
  readonly backoff?: Backoff;
  /** Writes warnings to the logger of `kafka` by default, except of duplicates and unknown types. */
  readonly report?: (notice: Notice) => void;
};

export type Backoff = { readonly baseMs: number; readonly maxMs: number };

export type Subscription = {
  /** Lets the running handler finish, commits what was handled and leaves the group. */
  readonly stop: () => Promise<void>;
};

/** How often a heartbeat is sent during a long handler. kafkajs gives up a member after 30 s of silence. */
const heartbeatMs = 3_000;

/**
 * Subscribes to the events of the cart, at least once: an offset is committed after `onEvent` has resolved, and never past a message
 * that was not handled. Events of one cart arrive in order. A message that fails is delivered again after a growing pause, for as
 * long as it fails; the later messages of its partition wait, and other partitions do not. Returns at once, and joins the group in
 * the background; after any failure of Kafka it starts again.
 */
export const subscribe = <Type extends EventType = EventType>(options: SubscribeOptions<Type>): Subscription => {
  const { kafka, groupId, topics = ["ec.cart-events"], fromBeginning = false, concurrency = 1 } = options;
  const { backoff = { baseMs: 1_000, maxMs: 60_000 }, report = loggingTo(kafka.logger()) } = options;
  const stopping = new AbortController();
  const handle = createMessageHandler(options);

  const run = async (): Promise<void> => {
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      const startedAt = Date.now();
      // kafkajs restarts itself after some errors and gives up after others. Here every error ends the attempt.
      const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 1_000, retry });
      const partitions = createPartitions({ handle, report, backoff, stopping: stopping.signal });
      try {
        await consume(consumer, { topics, fromBeginning, concurrency, partitions, stopping: stopping.signal });
      } catch (error) {
        // A consumer that ran for a minute counts its attempts from 1 again.
        if (Date.now() - startedAt > 60_000) attempt = 1;
        const retryInMs = pauseAfter(attempt, backoff);
        report({ kind: "disconnected", error, attempt, retryInMs });
        await delay(retryInMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      } finally {
        partitions.end();
        // A connection that has failed cannot be closed in order, and needs not be.
        await consumer.disconnect().catch(() => undefined);
      }
    }
  };
  const running = run();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
};

const retry = { retries: 5, restartOnFailure: async () => false };

type Consumption = {
  readonly topics: readonly string[];
  readonly fromBeginning: boolean;
  readonly concurrency: number;
  readonly partitions: Partitions;
  readonly stopping: AbortSignal;
};

/** Runs one consumer. Resolves when `stopping` is aborted, and rejects if the consumer fails. */
const consume = async (consumer: Consumer, { topics, fromBeginning, concurrency, partitions, stopping }: Consumption): Promise<void> => {
  const over = new AbortController();
  const ended = new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    // Each consumer takes its listener back: an outage has many consumers one after the other.
    stopping.addEventListener("abort", () => resolve(), { once: true, signal: over.signal });
    if (stopping.aborted) resolve();
  });
  // The consumer may fail before anybody waits for it.
  ended.catch(() => undefined);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning });
    await consumer.run({
      eachBatchAutoResolve: false,
      autoCommitInterval: 1_000,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: partitions.handleBatch,
    });
    await ended;
  } finally {
    over.abort();
  }
};

type Partitions = { readonly handleBatch: (payload: EachBatchPayload) => Promise<void>; readonly end: () => void };

type PartitionOptions = {
  readonly handle: MessageHandler;
  readonly report: (notice: Notice) => void;
  readonly backoff: Backoff;
  readonly stopping: AbortSignal;
};

/** Handles fetched messages one by one. After a failure it pauses the partition, and Kafka delivers the message again. */
const createPartitions = ({ handle, report, backoff, stopping }: PartitionOptions): Partitions => {
  /** The message on which each partition waits, and how often it was tried. */
  const failures = new Map<string, { readonly offset: string; readonly attempt: number }>();
  const timers = new Set<NodeJS.Timeout>();
  const started = new Set<string>();

  /** A new group has no place in a partition. Without one it would begin at the end again if it failed on its first event. */
  const commitStart = async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload;
    const { topic, partition } = batch;
    const offset = batch.messages[0]?.offset;
    const name = `${topic}/${partition}`;
    if (offset === undefined || started.has(name)) return;
    await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
    started.add(name);
  };

  /** Resolves to false if the message has to be delivered again. */
  const handleOne = async (payload: EachBatchPayload, message: EachBatchPayload["batch"]["messages"][number]): Promise<boolean> => {
    const { topic, partition } = payload.batch;
    const { offset, key, value, headers = {} } = message;
    const at = { topic, partition, offset };
    const name = `${topic}/${partition}`;
    const last = failures.get(name);
    const attempt = last?.offset === offset ? last.attempt + 1 : 1;
    try {
      const outcome = await whileBeating(payload, () => handle({ key, value, headers }, attempt));
      failures.delete(name);
      if (!outcome.handled && outcome.reason !== "other-type") {
        const { reason, error } = outcome;
        report({ kind: "skipped", reason, at, ...(error === undefined ? {} : { error }) });
      }
      return true;
    } catch (error) {
      const retryInMs = pauseAfter(attempt, backoff);
      failures.set(name, { offset, attempt });
      const resume = payload.pause();
      const timer = setTimeout(() => {
        timers.delete(timer);
        resume();
      }, retryInMs);
      timers.add(timer);
      report({ kind: "failed", at, error, attempt, retryInMs });
      return false;
    }
  };

  return {
    handleBatch: async (payload) => {
      await commitStart(payload);
      for (const message of payload.batch.messages) {
        if (stopping.aborted || !payload.isRunning() || payload.isStale()) return;
        if (!(await handleOne(payload, message))) return;
        payload.resolveOffset(message.offset);
        await payload.commitOffsetsIfNecessary();
        await payload.heartbeat();
      }
    },
    end: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
};

/** Sends heartbeats while the work goes on, so that Kafka does not give its partition to another member. */
const whileBeating = async <Result>(payload: EachBatchPayload, work: () => Promise<Result>): Promise<Result> => {
  // A heartbeat that fails here fails again after the work, where kafkajs rejoins the group.
  const timer = setInterval(() => void payload.heartbeat().catch(() => undefined), heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
};

const pauseAfter = (attempt: number, { baseMs, maxMs }: Backoff): number => Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 30));

const loggingTo =
  (logger: Logger) =>
  (notice: Notice): void => {
    if (notice.kind === "skipped" && (notice.reason === "duplicate" || notice.reason === "unknown-type")) return;
    const { kind, error, ...facts } = notice;
    logger.warn(`${kind}: ${error instanceof Error ? error.message : String(error)}`, facts);
  };

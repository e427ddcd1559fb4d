import { abortableDelay, type BackoffOptions, delayFor, type Logger } from "@cart/process-kit";
import type { EachBatchPayload } from "kafkajs";
import type { ConsumedMessage } from "./consumedMessage.ts";
import type { OwnMessages } from "./ownMessages.ts";
import { chunksOf, type Progress, toSlice } from "./fetchedSlice.ts";

export type BatchProcessorOptions = {
  readonly handleBatch: (messages: readonly ConsumedMessage[]) => Promise<void>;
  readonly maxBatchMessages: number;
  /** Tells which messages are this system's: others are skipped. Also gives each commit its metadata. */
  readonly ownMessages: Pick<OwnMessages, "isOwn" | "metadata">;
  readonly retry: BackoffOptions;
  readonly heartbeatIntervalMs: number;
  /** Aborted to stop. A batch that keeps failing is then abandoned. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
};

/**
 * Returns a function that handles fetched messages of one or several partitions, chunk by
 * chunk. It retries each chunk until `handleBatch` resolves, and then commits its offsets.
 * It throws if the group has revoked the partitions.
 */
export const createBatchProcessor = (options: BatchProcessorOptions): ((payloads: readonly EachBatchPayload[]) => Promise<void>) => {
  const { handleBatch, maxBatchMessages, ownMessages, retry, heartbeatIntervalMs, stopping, logger } = options;

  /** Resolves to false if the consumer was stopped before the batch was done. */
  const handleUntilDone = async (messages: readonly ConsumedMessage[], heartbeat: EachBatchPayload["heartbeat"]): Promise<boolean> => {
    const heartbeats = startHeartbeats(heartbeat, heartbeatIntervalMs);
    try {
      for (let attempt = 1; !stopping.aborted; attempt += 1) {
        try {
          await handleBatch(messages);
          if (attempt > 1) logger.info({ recovered: true, attempt, messages: messages.length }, "a batch succeeded after a retry");
          return true;
        } catch (error) {
          const delay = delayFor(attempt, retry);
          logger.error({ err: error, attempt, messages: messages.length, retry_in_ms: delay }, "a batch failed and will be retried");
          await abortableDelay(delay, AbortSignal.any([stopping, heartbeats.failed]));
          heartbeats.failed.throwIfAborted();
        }
      }
      return false;
    } finally {
      heartbeats.stop();
    }
  };

  return async (payloads) => {
    const [first] = payloads;
    if (first === undefined) return;
    for (const { messages, progress } of chunksOf(payloads.map(toSlice), maxBatchMessages)) {
      const own = messages.filter(ownMessages.isOwn);
      if (own.length > 0 && !(await handleUntilDone(own, () => first.heartbeat()))) return;
      await commit(payloads, progress, ownMessages.metadata());
      await first.heartbeat();
    }
  };
};

/** Commits before it lets kafkajs fetch further messages: if the commit fails, the same messages come again and none stays uncommitted. */
const commit = async (payloads: readonly EachBatchPayload[], progress: readonly Progress[], metadata: string | null): Promise<void> => {
  const topics = [...new Set(progress.map(({ topic }) => topic))];
  await payloads[0]?.commitOffsetsIfNecessary({
    topics: topics.map((topic) => ({
      topic,
      partitions: progress
        .filter((own) => own.topic === topic)
        .map(({ partition, done }) => ({ partition, offset: String(BigInt(done) + 1n), metadata })),
    })),
  });
  for (const { topic, partition, done } of progress) {
    payloads.find(({ batch }) => batch.topic === topic && batch.partition === partition)?.resolveOffset(done);
  }
};

/** Sends heartbeats during a long batch. `failed` is aborted with kafkajs's error if the group refuses a heartbeat. */
const startHeartbeats = (
  heartbeat: () => Promise<void>,
  intervalMs: number,
): { readonly failed: AbortSignal; readonly stop: () => void } => {
  const failed = new AbortController();
  const timer = setInterval(() => void heartbeat().catch((error: unknown) => failed.abort(error)), intervalMs);
  return { failed: failed.signal, stop: () => clearInterval(timer) };
};

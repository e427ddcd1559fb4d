import type { EachBatchPayload } from "kafkajs";
import type { TopicPartition } from "./consumerLag.ts";

/** Messages of a partition that were deleted before the consumer read them. */
export type LostMessages = TopicPartition & {
  /** The first lost offset; `undefined` if the consumer has not read the partition since its start. */
  readonly from: string | undefined;
  /** The offset of the first message that is left. */
  readonly to: string;
};

export type LostMessagesDetector = {
  /** Records that the broker does not have the offset at which the consumer wanted to go on. */
  readonly sawReset: (place: TopicPartition) => void;
  /** Records that the batch was handled. */
  readonly handled: (batch: EachBatchPayload["batch"]) => void;
  /** Returns what was lost before this batch, if anything was. Tells it once. */
  readonly lostBefore: (batch: EachBatchPayload["batch"]) => LostMessages | undefined;
};

/**
 * Detects that retention, or an operator, has deleted messages that a consumer had not read yet. A topic that was created anew,
 * whose first message is there, has lost none.
 */
export const createLostMessagesDetector = (): LostMessagesDetector => {
  const resets = new Set<string>();
  const next = new Map<string, bigint>();
  const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

  return {
    sawReset: (place) => void resets.add(keyOf(place)),
    handled: (batch) => void next.set(keyOf(batch), BigInt(batch.lastOffset()) + 1n),
    lostBefore: (batch) => {
      const first = batch.firstOffset();
      if (first === null || !resets.delete(keyOf(batch))) return undefined;
      const expected = next.get(keyOf(batch));
      if (BigInt(first) <= (expected ?? 0n)) return undefined;
      return { topic: batch.topic, partition: batch.partition, from: expected?.toString(), to: first };
    },
  };
};

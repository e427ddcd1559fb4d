import type { EachBatchPayload } from "kafkajs";
import type { TopicPartition } from "./consumerLag.ts";

/** Messages of a partition that were deleted before the consumer read them. */
export type LostMessages = TopicPartition & {
  /** The first lost offset; `undefined` if the consumer has not read the partition since its start. */
  readonly from: string | undefined;
  /** The offset of the first message that is left, or of the next one if none is. */
  readonly to: string;
};

export type LostMessagesDetector = {
  /** Records that the broker does not have the offset at which the consumer wanted to go on. */
  readonly sawReset: (place: TopicPartition) => void;
  /** Records that the batch was handled. */
  readonly handled: (batch: EachBatchPayload["batch"]) => void;
  /** Returns what was lost before the first message of this batch, if anything was. Tells it once. */
  readonly lostBefore: (batch: EachBatchPayload["batch"]) => LostMessages | undefined;
  /** Like `lostBefore`, for the partition's oldest offset, which the broker knows even if no message is left. */
  readonly lostBeforeOldest: (place: TopicPartition, oldest: string) => LostMessages | undefined;
};

/**
 * Detects that retention, or an operator, has deleted messages that a consumer had not read yet. A topic that was created anew,
 * whose first message is there, has lost none.
 */
export const createLostMessagesDetector = (): LostMessagesDetector => {
  const resets = new Set<string>();
  const next = new Map<string, bigint>();
  const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

  const lostUntil = ({ topic, partition }: TopicPartition, first: string): LostMessages | undefined => {
    const key = keyOf({ topic, partition });
    if (!resets.delete(key)) return undefined;
    const expected = next.get(key);
    if (BigInt(first) <= (expected ?? 0n)) return undefined;
    return { topic, partition, from: expected?.toString(), to: first };
  };

  return {
    sawReset: (place) => void resets.add(keyOf(place)),
    handled: (batch) => void next.set(keyOf(batch), BigInt(batch.lastOffset()) + 1n),
    lostBefore: (batch) => {
      const first = batch.firstOffset();
      return first === null ? undefined : lostUntil(batch, first);
    },
    lostBeforeOldest: lostUntil,
  };
};

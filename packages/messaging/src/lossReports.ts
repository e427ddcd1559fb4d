import type { Logger } from "@cart/process-kit";
import type { EachBatchPayload, Kafka } from "kafkajs";
import type { TopicPartition } from "./consumerLag.ts";
import { createLostMessagesDetector, type LostMessages } from "./lostMessages.ts";
import { onOffsetReset } from "./offsetResets.ts";

export type LossReportsOptions = {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly logger: Logger;
  readonly onLost?: ((lost: LostMessages) => void) | undefined;
  /** Resolves to the oldest offset of a partition. */
  readonly oldest: (place: TopicPartition) => Promise<string | undefined>;
};

export type LossReports = {
  /** Reports what was lost before this batch, unless it has been reported. */
  readonly before: (batch: EachBatchPayload["batch"]) => void;
  /** Records that the batch was handled. */
  readonly handled: (batch: EachBatchPayload["batch"]) => void;
  readonly close: () => Promise<void>;
};

/**
 * Reports messages that were deleted before a consumer read them. When the broker does not have the offset that the consumer asked for, it
 * is asked for the oldest one at once, because no message may follow that would show what is missing. If it does not answer, the next
 * message shows it.
 */
export const createLossReports = ({ kafka, groupId, logger, onLost, oldest }: LossReportsOptions): LossReports => {
  const detector = createLostMessagesDetector();
  const lookUps = new Set<Promise<void>>();

  const report = (lost: LostMessages | undefined): void => {
    if (lost === undefined) return;
    logger.error({ group: groupId, ...lost }, "messages were deleted from Kafka before this consumer read them");
    onLost?.(lost);
  };
  const lookUp = async (place: TopicPartition): Promise<void> => {
    const first = await oldest(place).catch(() => undefined);
    if (first !== undefined) report(detector.lostBeforeOldest(place, first));
  };
  const ignoreResets = onOffsetReset(kafka, (place) => {
    detector.sawReset(place);
    const looking = lookUp(place).finally(() => lookUps.delete(looking));
    lookUps.add(looking);
  });

  return {
    before: (batch) => report(detector.lostBefore(batch)),
    handled: detector.handled,
    close: async () => {
      ignoreResets();
      await Promise.all(lookUps);
    },
  };
};

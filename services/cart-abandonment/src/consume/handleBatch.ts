import type { ConsumedMessage } from "@cart/messaging";
import type { Logger } from "@cart/process-kit";
import type { AbandonmentMetrics } from "../abandonmentMetrics.ts";
import type { ApplyBatch } from "./applyBatch.ts";
import type { Incoming } from "./readMessages.ts";

export type HandleBatchOptions = {
  readonly applyBatch: ApplyBatch;
  readonly metrics: AbandonmentMetrics;
  readonly logger: Logger;
};

/** Applies a batch of messages, counts it, and logs the messages that cannot be read. Rejects if the batch must be delivered again. */
export const handleBatch = async (
  messages: readonly ConsumedMessage[],
  { applyBatch, metrics, logger }: HandleBatchOptions,
): Promise<void> => {
  try {
    const batch = await applyBatch(messages);
    metrics.applied(batch);
    for (const incoming of batch.incoming) logUnreadable(incoming, logger);
  } catch (error) {
    metrics.failedBatch();
    throw error;
  }
};

const logUnreadable = (incoming: Incoming, logger: Logger): void => {
  if (incoming.kind !== "CART" && incoming.kind !== "UNREADABLE") return;
  const { topic, partition, offset } = incoming.message;
  const place = { code: incoming.code, topic, partition, offset, ...(incoming.kind === "CART" ? { aggregate_id: incoming.cartId } : {}) };
  logger.error(place, "a message could not be read");
};

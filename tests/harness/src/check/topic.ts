import type { ConsumedMessage } from "@cart/messaging";
import { readTopic } from "@cart/tests-common";
import { partitions, type System } from "../system/system.ts";

/** Returns every message of the topic, each partition's in order. */
export const messagesOf = async ({ kafka, topic }: Pick<System, "kafka" | "topic">): Promise<ConsumedMessage[]> => {
  const messages: ConsumedMessage[] = [];
  await readTopic({ kafka, topic, partitions }, (message) => messages.push(message));
  return messages;
};

import { countOutbox, oldestPendingSeconds } from "@cart/event-store";
import { createLagReader, type kafkaFromConfig, topicsWithPrefix } from "@cart/messaging";
import { within } from "@cart/process-kit";
import { countDeadLetters } from "@cart/read-model";
import type { Pool } from "mysql2/promise";
import type { Counts } from "./observer.ts";

export type CountsOptions = {
  readonly eventStore: Pool;
  readonly readModel: Pool;
  readonly kafka: ReturnType<typeof kafkaFromConfig>;
  readonly topicPrefix: string;
  readonly groups: readonly string[];
};

/** Milliseconds that one count may take. */
const timeoutMs = 4_000;

export const createCounts = ({
  eventStore,
  readModel,
  kafka,
  topicPrefix,
  groups,
}: CountsOptions): Counts & { readonly close: () => Promise<void> } => {
  const topics = Object.values(topicsWithPrefix(topicPrefix));
  const readers = groups.map((group) => ({ group, reader: createLagReader(kafka, `${topicPrefix}${group}`) }));

  const readLag = async () => {
    const lags = await Promise.all(
      readers.map(async ({ group, reader }) => (await reader.readTopics(topics)).map((partition) => ({ group, ...partition }))),
    );
    return lags.flat();
  };

  return {
    outbox: async () => {
      const [counts, oldestSeconds] = await within(timeoutMs, Promise.all([countOutbox(eventStore), oldestPendingSeconds(eventStore)]));
      return { ...counts, oldestSeconds };
    },
    deadLetters: async () => {
      const { byReason, parkedAggregates } = await within(timeoutMs, countDeadLetters(readModel));
      return { letters: [...byReason.values()].reduce((sum, letters) => sum + letters, 0), parked: parkedAggregates };
    },
    lag: () => within(timeoutMs, readLag()),
    close: async () => {
      await Promise.all(readers.map(({ reader }) => reader.close()));
    },
  };
};

import type { Kafka } from "kafkajs";
import type { TopicPartition } from "./consumerLag.ts";

type Listener = (place: TopicPartition) => void;

const listeners = new WeakMap<Kafka, Set<Listener>>();

/**
 * Calls the listener when a consumer of the client asked for an offset that the broker does not have, before
 * it goes on with the oldest message that exists. kafkajs only logs this. Returns how to end it.
 */
export const onOffsetReset = (kafka: Kafka, listener: Listener): (() => void) => {
  const known = listeners.get(kafka) ?? new Set();
  listeners.set(kafka, known.add(listener));
  return () => void known.delete(listener);
};

/** Passes on a line of kafkajs's log, if it tells of such an offset. */
export const passOffsetReset = (kafka: Kafka, message: string, { topic, partition }: Readonly<Record<string, unknown>>): void => {
  if (message !== "Offset out of range, resetting to default offset") return;
  if (typeof topic !== "string" || typeof partition !== "number") return;
  for (const listener of listeners.get(kafka) ?? []) listener({ topic, partition });
};

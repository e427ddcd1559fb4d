import type { EventProducer } from "@cart/messaging";

export type TopicProducers = {
  readonly producerFor: (aggregateType: string) => EventProducer;
  readonly disconnect: () => Promise<void>;
};

/** Creates a producer for each topic when its first row is published. A call on one never waits for a call on another. */
export const createTopicProducers = (create: () => EventProducer): TopicProducers => {
  const producers = new Map<string, EventProducer>();
  return {
    producerFor: (aggregateType) => {
      const producer = producers.get(aggregateType) ?? create();
      producers.set(aggregateType, producer);
      return producer;
    },
    disconnect: async () => {
      await Promise.all([...producers.values()].map((producer) => producer.disconnect()));
    },
  };
};

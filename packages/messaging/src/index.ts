export { type BrokerCheck, createBrokerCheck } from "./brokerCheck.ts";
export { type BatchConsumer, type BatchConsumerOptions, runBatchConsumer } from "./batchConsumer.ts";
export type { ConsumedMessage } from "./consumedMessage.ts";
export type { PartitionLag, TopicPartition } from "./consumerLag.ts";
export { createTopics, type CreateTopicsOptions, type TopicDefinition, TopicError } from "./createTopics.ts";
export {
  decodeEventMessage,
  encodeEventMessage,
  type EventEnvelope,
  type EventMessage,
  type EventToPublish,
  identifyMessage,
  MessageError,
  type MessageErrorCode,
} from "./eventMessage.ts";
export { createEventProducer, type EventProducer, type EventProducerOptions, type TopicMessages } from "./eventProducer.ts";
export { createKafka, type KafkaOptions } from "./kafkaClient.ts";
export { isBrokerUnavailable, isMessageRejected, KafkaAccessError } from "./kafkaErrors.ts";
export { kafkaFromConfig } from "./kafkaFromConfig.ts";
export { createLagGauge } from "./lagGauge.ts";
export { eventAttributes, type TracedEvent, traceEvents, type TraceEventsOptions } from "./traceEvents.ts";
export { defaultTopics, topicOf, type Topics, topicsWithPrefix } from "./topics.ts";

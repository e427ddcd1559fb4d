export { createBrokerCheck } from "./brokerCheck.ts";
export { type BatchConsumer, runBatchConsumer } from "./batchConsumer.ts";
export type { ConsumedMessage } from "./consumedMessage.ts";
export { createLagReader, type PartitionLag } from "./consumerLag.ts";
export { createTopics } from "./createTopics.ts";
export {
  decodeEventMessage,
  encodeEventMessage,
  type EventEnvelope,
  type EventMessage,
  identifyMessage,
  MessageError,
  type MessageErrorCode,
} from "./eventMessage.ts";
export { createEventProducer, type EventProducer } from "./eventProducer.ts";
export { createKafka } from "./kafkaClient.ts";
export { isBrokerUnavailable } from "./kafkaErrors.ts";
export { kafkaFromConfig } from "./kafkaFromConfig.ts";
export { createLagGauge } from "./lagGauge.ts";
export { eventAttributes, type TracedEvent, traceEvents, type TraceEventsOptions } from "./traceEvents.ts";
export { defaultTopics, topicOf, type Topics, topicsWithPrefix } from "./topics.ts";

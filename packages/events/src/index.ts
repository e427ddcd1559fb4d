export {
  decodeEventMessage,
  type EventEnvelope,
  type EventMessageParts,
  identifyMessage,
  MessageError,
  type MessageErrorCode,
} from "./decodeMessage.ts";
export { EventError, type EventErrorCode, eventCatalogs } from "#domain";
export { createEventDecoder, type EventDecoder, type EventType, type PublishedEvent, ValueTooLargeError } from "./eventDecoder.ts";
export type { HandlerContext, Policy, SkipReason } from "./handleMessage.ts";
export { createSeenEvents, type SeenEvents } from "./seenEvents.ts";
export { type Notice, type Place, subscribe, type SubscribeOptions, type Subscription } from "./subscribe.ts";

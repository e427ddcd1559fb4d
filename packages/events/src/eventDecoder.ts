import {
  type AggregateType,
  type CartEvent,
  createEventCodec,
  type EncodedEvent,
  EventError,
  eventCatalogs,
  type TenantPolicyEvent,
} from "#domain";
import { decodeEventMessage, type EventEnvelope, type EventMessageParts } from "./decodeMessage.ts";

type AnyEvent = CartEvent | TenantPolicyEvent;

/** The type of an event that this release knows. */
export type EventType = AnyEvent["type"];

type Attributes = Omit<EventEnvelope, "event" | "schemaVersion">;

/**
 * An event with its place in its stream, its data in the current shape. `type` tells the types of `data` apart.
 * `eventId` is the same at each delivery. `version` counts the events of the aggregate from 1, without gaps.
 */
export type PublishedEvent<Type extends EventType = EventType> = AnyEvent extends infer Event
  ? Event extends { readonly type: Type }
    ? Attributes & Event
    : never
  : never;

/** The value has more bytes than the decoder accepts. It was not parsed. */
export class ValueTooLargeError extends Error {
  override readonly name = "ValueTooLargeError";
}

/** Decodes a message to an event. Throws `MessageError`, `ValueTooLargeError` or `EventError`. */
export type EventDecoder = (message: EventMessageParts) => PublishedEvent;

/** Twice the largest message that a broker accepts by default. A compressed message may be larger once it is unpacked. */
const defaultMaxValueBytes = 2 * 1_048_576;

/** Compiles the schemas of all events, so create one decoder when the program starts. */
export const createEventDecoder = ({ maxValueBytes = defaultMaxValueBytes }: { readonly maxValueBytes?: number } = {}): EventDecoder => {
  const decoders: Readonly<Record<AggregateType, (encoded: EncodedEvent) => AnyEvent>> = {
    Cart: createEventCodec(eventCatalogs.Cart).decode,
    TenantPolicy: createEventCodec(eventCatalogs.TenantPolicy).decode,
  };
  const isKnown = (aggregateType: string): aggregateType is AggregateType => Object.hasOwn(decoders, aggregateType);

  return (message) => {
    const bytes = message.value?.byteLength ?? 0;
    if (bytes > maxValueBytes) throw new ValueTooLargeError(`the value has ${bytes} bytes, expected at most ${maxValueBytes}`);
    const { event: encoded, schemaVersion: _, ...attributes } = decodeEventMessage(message);
    const { aggregateType } = attributes;
    if (!isKnown(aggregateType)) throw new EventError("UNKNOWN_EVENT_TYPE", `unknown aggregate type "${aggregateType}"`);
    return { ...attributes, ...decoders[aggregateType](encoded) };
  };
};

import { isUtf8 } from "node:buffer";
import type { EncodedEvent, EventMetadata, RecordedEvent } from "@cart/domain";
import type { ConsumedMessage } from "./consumedMessage.ts";

/*
 * The messages are CloudEvents 1.0 in the binary mode of the Kafka binding: the
 * attributes are headers, and the value is the event's JSON alone. Other programs read
 * the headers, so no header may change its name or meaning.
 */

/** An event from the outbox. `data` is its JSON as text, so that the relay need not parse it. */
export type EventToPublish = {
  /** UUIDv7. */
  readonly eventId: string;
  readonly eventType: string;
  readonly schemaVersion: number;
  readonly aggregateType: string;
  /** UUID in lower case. */
  readonly aggregateId: string;
  readonly version: number;
  readonly occurredAt: Date;
  readonly metadata: EventMetadata;
  readonly data: string;
};

export type EventMessage = { readonly key: string; readonly value: string; readonly headers: Record<string, string> };

/** Encodes an event as a message. The actor is left out because it may be personal data, and no consumer needs it. */
export const encodeEventMessage = (event: EventToPublish): EventMessage => {
  const { metadata } = event;
  const headers: Record<string, string> = {
    ce_specversion: "1.0",
    ce_id: event.eventId,
    ce_type: event.eventType,
    ce_source: "/event-sourced-cart",
    ce_subject: event.aggregateId,
    ce_time: event.occurredAt.toISOString(),
    ce_aggregatetype: event.aggregateType,
    ce_aggregateversion: String(event.version),
    ce_schemaversion: String(event.schemaVersion),
    ce_correlationid: metadata.correlation_id,
    ce_causationid: metadata.causation_id,
    "content-type": "application/json",
  };
  if (metadata.traceparent !== undefined) headers["traceparent"] = metadata.traceparent;
  return { key: event.aggregateId, value: event.data, headers };
};

export type MessageErrorCode = "MISSING_HEADER" | "INVALID_HEADER" | "KEY_MISMATCH" | "MISSING_VALUE" | "INVALID_JSON";

/** The message is not as `encodeEventMessage` writes it. Reading it again does not help. */
export class MessageError extends Error {
  override readonly name = "MessageError";
  readonly code: MessageErrorCode;

  constructor(code: MessageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An event from Kafka whose data is not validated yet: the codec of its aggregate decodes it. */
export type EventEnvelope = Omit<RecordedEvent, "event"> & { readonly event: EncodedEvent };

/** Decodes a message. The data may be any JSON. Throws a `MessageError` if a header, the key or the value is missing or invalid. */
export const decodeEventMessage = (message: ConsumedMessage): EventEnvelope => {
  if (header(message, "ce_specversion") !== "1.0") throw invalidHeader("ce_specversion", "1.0");
  const contentType = findHeader(message, "content-type");
  if (contentType !== undefined && !/^application\/(?:\S+\+)?json\b/i.test(contentType)) throw invalidHeader("content-type", "JSON");
  const aggregateId = uuidHeader(message, "ce_subject");
  const key = message.key?.toString("utf8");
  if (key !== aggregateId)
    throw new MessageError("KEY_MISMATCH", "the message's key is not its ce_subject, so its aggregate's order is not kept");
  const traceparent = findHeader(message, "traceparent");
  return {
    eventId: uuidHeader(message, "ce_id"),
    aggregateType: header(message, "ce_aggregatetype"),
    aggregateId,
    version: integerHeader(message, "ce_aggregateversion"),
    schemaVersion: integerHeader(message, "ce_schemaversion"),
    occurredAt: timeHeader(message, "ce_time"),
    metadata: {
      correlation_id: header(message, "ce_correlationid"),
      causation_id: header(message, "ce_causationid"),
      // W3C Trace Context: an invalid traceparent is ignored and never makes a request fail.
      ...(traceparent !== undefined && traceparentPattern.test(traceparent) ? { traceparent } : {}),
    },
    event: { type: header(message, "ce_type"), schemaVersion: integerHeader(message, "ce_schemaversion"), data: jsonOf(message) },
  };
};

/**
 * Returns the aggregate and version of a message that `decodeEventMessage` refused, as
 * far as they can be read. The key takes precedence over `ce_subject` because the key
 * determines the message's place in the order.
 */
export const identifyMessage = (message: ConsumedMessage): { aggregateId: string | undefined; version: number | undefined } => {
  const candidates = [message.key?.toString("utf8"), textOf(message.headers["ce_subject"])];
  const aggregateId = candidates.find((id) => id !== undefined && uuidPattern.test(id));
  return { aggregateId, version: parseInteger(textOf(message.headers["ce_aggregateversion"])) };
};

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

const invalidHeader = (name: string, expected: string): MessageError =>
  new MessageError("INVALID_HEADER", `the header ${name} is not valid, expected ${expected}`);

const findHeader = ({ headers }: ConsumedMessage, name: string): string | undefined => {
  const value = headers[name];
  if (isMissing(value)) return undefined;
  if (Array.isArray(value)) throw invalidHeader(name, "a single value");
  return value.toString();
};

/** A header may be null, although kafkajs's types say otherwise. */
const isMissing = (value: unknown): value is undefined | null => value === undefined || value === null;

const textOf = (value: unknown): string | undefined => (Buffer.isBuffer(value) || typeof value === "string" ? value.toString() : undefined);

const header = (message: ConsumedMessage, name: string): string => {
  const value = findHeader(message, name);
  if (value === undefined || value === "") throw new MessageError("MISSING_HEADER", `the header ${name} is missing`);
  return value;
};

const uuidHeader = (message: ConsumedMessage, name: string): string => {
  const value = header(message, name);
  if (!uuidPattern.test(value)) throw invalidHeader(name, "a UUID in lower case");
  return value;
};

/** The greatest integer that every database column and consumer language can hold. */
const greatestInteger = 2 ** 31 - 1;

const parseInteger = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^[1-9]\d{0,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= greatestInteger ? value : undefined;
};

const integerHeader = (message: ConsumedMessage, name: string): number => {
  const value = parseInteger(header(message, name));
  if (value === undefined) throw invalidHeader(name, `a whole number from 1 to ${greatestInteger}`);
  return value;
};

const timeHeader = (message: ConsumedMessage, name: string): Date => {
  const text = header(message, name);
  const time = new Date(text);
  // The database column of this time begins with the year 1000.
  if (!timePattern.test(text) || Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1000)
    throw invalidHeader(name, "an RFC 3339 time");
  return time;
};

const jsonOf = ({ value }: ConsumedMessage): unknown => {
  if (value === null) throw new MessageError("MISSING_VALUE", "the message has no value");
  if (!isUtf8(value)) throw new MessageError("INVALID_JSON", "the value is not UTF-8");
  try {
    return JSON.parse(value.toString("utf8"));
  } catch (error) {
    throw new MessageError("INVALID_JSON", "the value is not JSON", { cause: error });
  }
};

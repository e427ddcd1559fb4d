import { isUtf8 } from "node:buffer";
import type { EncodedEvent, RecordedEvent } from "#domain";

/** The parts of a Kafka message that carry an event, as kafkajs and other clients deliver them. */
export type EventMessageParts = {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The values by header name; a list if the message has the header more than once. */
  readonly headers: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
};

export type MessageErrorCode = "MISSING_HEADER" | "INVALID_HEADER" | "KEY_MISMATCH" | "MISSING_VALUE" | "INVALID_JSON";

/** The message is not as the relay writes it. Reading it again does not help. */
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
export const decodeEventMessage = (message: EventMessageParts): EventEnvelope => {
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
export const identifyMessage = (message: EventMessageParts): { aggregateId: string | undefined; version: number | undefined } => {
  const candidates = [message.key?.toString("utf8"), textOf(message.headers["ce_subject"])];
  const aggregateId = candidates.find((id) => id !== undefined && uuidPattern.test(id));
  return { aggregateId, version: parseInteger(textOf(message.headers["ce_aggregateversion"])) };
};

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

const invalidHeader = (name: string, expected: string): MessageError =>
  new MessageError("INVALID_HEADER", `the header ${name} is not valid, expected ${expected}`);

const findHeader = ({ headers }: EventMessageParts, name: string): string | undefined => {
  const value = headers[name];
  if (isMissing(value)) return undefined;
  if (Array.isArray(value)) throw invalidHeader(name, "a single value");
  return value.toString();
};

/** A header may be null, although kafkajs's types say otherwise. */
const isMissing = (value: unknown): value is undefined | null => value === undefined || value === null;

const textOf = (value: unknown): string | undefined => (Buffer.isBuffer(value) || typeof value === "string" ? value.toString() : undefined);

const header = (message: EventMessageParts, name: string): string => {
  const value = findHeader(message, name);
  if (value === undefined || value === "") throw new MessageError("MISSING_HEADER", `the header ${name} is missing`);
  return value;
};

const uuidHeader = (message: EventMessageParts, name: string): string => {
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

const integerHeader = (message: EventMessageParts, name: string): number => {
  const value = parseInteger(header(message, name));
  if (value === undefined) throw invalidHeader(name, `a whole number from 1 to ${greatestInteger}`);
  return value;
};

const timeHeader = (message: EventMessageParts, name: string): Date => {
  const text = header(message, name);
  const time = new Date(text);
  // The database column of this time begins with the year 1000.
  if (!timePattern.test(text) || Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1000)
    throw invalidHeader(name, "an RFC 3339 time");
  return time;
};

const jsonOf = ({ value }: EventMessageParts): unknown => {
  if (value === null) throw new MessageError("MISSING_VALUE", "the message has no value");
  if (!isUtf8(value)) throw new MessageError("INVALID_JSON", "the value is not UTF-8");
  try {
    return JSON.parse(value.toString("utf8"));
  } catch (error) {
    throw new MessageError("INVALID_JSON", "the value is not JSON", { cause: error });
  }
};

import kafkajs from "kafkajs";

// CommonJS whose errors Node.js does not find as named exports.
const { KafkaJSError, KafkaJSProtocolError } = kafkajs;

/** kafkajs wraps what it gave up on (`KafkaJSNumberOfRetriesExceeded`, `KafkaJSNonRetriableError`): the deepest cause says what it was. */
const rootCause = (error: unknown): unknown => {
  let root = error;
  while (root instanceof Error && root.cause !== undefined && root.cause !== null) root = root.cause;
  return root;
};

/** The name of the broker's error code, such as `MESSAGE_TOO_LARGE`, when the broker answered with one. */
export const protocolErrorType = (error: unknown): string | undefined => {
  const root = rootCause(error);
  return root instanceof KafkaJSProtocolError ? root.type : undefined;
};

const rejections: ReadonlySet<string | undefined> = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_RECORD",
  "INVALID_TIMESTAMP",
  "INVALID_TOPIC_EXCEPTION",
  "UNSUPPORTED_FOR_MESSAGE_FORMAT",
]);

/**
 * The broker refused what was sent and would refuse it again. It judges a whole
 * request, so the fault is in one of its messages: send them one by one to find it.
 */
export const isMessageRejected = (error: unknown): boolean => rejections.has(protocolErrorType(error));

/**
 * Nobody's fault: no broker answered, or none could do it now (no leader, too few
 * replicas, a coordinator that is loading, a topic that is missing, a producer id
 * that the broker forgot). Try again later; count it against no message.
 *
 * False for a rejected message, and for an error that did not come from Kafka,
 * such as a message that cannot be encoded.
 */
export const isBrokerUnavailable = (error: unknown): boolean => rootCause(error) instanceof KafkaJSError && !isMessageRejected(error);

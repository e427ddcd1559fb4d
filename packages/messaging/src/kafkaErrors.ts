import kafkajs from "kafkajs";
import { UnacknowledgedError } from "./acknowledgements.ts";

// CommonJS whose errors Node.js does not find as named exports.
const { KafkaJSConnectionError, KafkaJSError, KafkaJSProtocolError, KafkaJSSASLAuthenticationError } = kafkajs;

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

const tooLarge: ReadonlySet<string | undefined> = new Set(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);

/** Every message has the same time, topic and format, so Kafka refuses none of them for those. */
const rejections: ReadonlySet<string | undefined> = new Set([...tooLarge, "INVALID_RECORD"]);

/** Whether the broker refused the request, or one of its messages, for its size. */
export const isTooLarge = (error: unknown): boolean => tooLarge.has(protocolErrorType(error));

/**
 * The broker refused what was sent and would refuse it again. It judges a whole
 * request, so the fault is in one of its messages: send them one by one to find it.
 */
export const isMessageRejected = (error: unknown): boolean => rejections.has(protocolErrorType(error));

/**
 * Nobody's fault: no broker answered, none could do it now (no leader, too few replicas, a
 * coordinator that is loading, a topic that is missing, a producer id that the broker forgot),
 * the topic refuses what it should accept or the clocks differ, or not everything was
 * acknowledged. Try again later; count it against no message.
 *
 * False for a rejected message, and for an error that did not come from Kafka,
 * such as a message that cannot be encoded.
 */
export const isBrokerUnavailable = (error: unknown): boolean => {
  const root = rootCause(error);
  return (
    root instanceof UnacknowledgedError || root instanceof TopicSettingsError || (root instanceof KafkaJSError && !isMessageRejected(error))
  );
};

const electionErrors: ReadonlySet<string | undefined> = new Set([
  "GROUP_LOAD_IN_PROGRESS",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR_FOR_GROUP",
]);

/** The group's coordinator is being elected, or reads the group's state. Every new cluster and every restart of a broker has such a moment. */
export const isCoordinatorPending = (error: unknown): boolean => electionErrors.has(protocolErrorType(error));

/** A topic refuses what every topic of this system has to accept. The message says what to set; until then it ends the same way each time. */
export class TopicSettingsError extends Error {
  override readonly name = "TopicSettingsError";
  /** What a readiness probe may show of this error. */
  readonly shownReason: string;

  constructor(reason: string, advice: string) {
    super(`${reason}; ${advice}`);
    this.shownReason = advice;
  }
}

/** Kafka is there and does not let this program in. The message says what to set; until then it ends the same way each time. */
export class KafkaAccessError extends Error {
  override readonly name = "KafkaAccessError";
  /** What a readiness probe may show of this error: the advice, without the text of the broker. */
  readonly shownReason: string;

  constructor(reason: string, advice: string, options?: ErrorOptions) {
    super(`${reason}; ${advice}`, options);
    this.shownReason = advice;
  }
}

/**
 * What kafkajs makes of a certificate, a login or rights that do not do, as a
 * `KafkaAccessError`; of a connection that Kafka closes, with a hint, as it does so
 * too when it wants TLS or a login; any other error as it is.
 */
export const explained = (error: unknown): unknown => {
  const root = rootCause(error);
  if (!(root instanceof KafkaJSError)) return error;
  const advice = adviceOn(root);
  const setting = adviceOnTopics[protocolErrorType(root) ?? ""];
  if (setting !== undefined) return new TopicSettingsError(root.message, setting);
  if (advice !== undefined) return new KafkaAccessError(root.message, advice, { cause: error });
  if (!isClosedConnection(root)) return error;
  return new Error(`${root.message}; if Kafka is up, check KAFKA_TLS and KAFKA_SASL_MECHANISM`, { cause: error });
};

const isClosedConnection = (error: Error): boolean => error.name === "KafkaJSConnectionClosedError" || codeOf(error) === "ECONNRESET";

const codeOf = (error: Error): string => ("code" in error ? String(error.code) : "");

const adviceOn = (error: Error): string | undefined => {
  const type = protocolErrorType(error);
  if (error instanceof KafkaJSSASLAuthenticationError || type === "UNSUPPORTED_SASL_MECHANISM") {
    return "check KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_SASL_MECHANISM";
  }
  if (type?.endsWith("_AUTHORIZATION_FAILED") === true) return "Kafka's ACLs have to allow it to the user in KAFKA_USERNAME";
  // kafkajs hides what the brokers said of the group.
  if (error.name === "KafkaJSGroupCoordinatorNotFound") {
    return "Kafka's ACLs have to allow the consumer group to the user in KAFKA_USERNAME, unless Kafka has only just started";
  }
  return error instanceof KafkaJSConnectionError ? adviceOnCertificates[codeOf(error)] : undefined;
};

/** By the broker's error code. The errors have no cause, so that their own type counts. */
const adviceOnTopics: Readonly<Record<string, string>> = {
  INVALID_TIMESTAMP:
    "check the clocks of this machine and of the brokers, and set message.timestamp.type=LogAppendTime on the topic, so that no time is refused",
  INVALID_TOPIC_EXCEPTION: "check KAFKA_TOPIC_PREFIX and the topic's settings",
  UNSUPPORTED_FOR_MESSAGE_FORMAT: "upgrade the brokers, or the topic's message format",
};

const nameTheCa = "set KAFKA_CA_FILE to the CA that signed Kafka's certificate";

/** By the codes of Node.js and OpenSSL. */
const adviceOnCertificates: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: nameTheCa,
  SELF_SIGNED_CERT_IN_CHAIN: nameTheCa,
  UNABLE_TO_GET_ISSUER_CERT: nameTheCa,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: nameTheCa,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: nameTheCa,
  CERT_SIGNATURE_FAILURE: nameTheCa,
  CERT_HAS_EXPIRED: "renew Kafka's certificate",
  CERT_NOT_YET_VALID: "check the clocks of both machines",
  ERR_TLS_CERT_ALTNAME_INVALID: "KAFKA_BROKERS and advertised.listeners have to name a host that is in Kafka's certificate",
};

import { expect } from "chai";
import kafkajs from "kafkajs";
import {
  explained,
  isBrokerUnavailable,
  isCoordinatorPending,
  isMessageRejected,
  KafkaAccessError,
  TopicSettingsError,
} from "./kafkaErrors.ts";

const { KafkaJSConnectionError, KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } = kafkajs;

const protocolError = (type: string) =>
  new KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 1, retriable: false, name: "" }));

describe("the errors of Kafka", () => {
  const cases: readonly [string, unknown, { unavailable: boolean; rejected: boolean }][] = [
    ["a refused connection", new KafkaJSConnectionError("refused"), { unavailable: true, rejected: false }],
    [
      "a connection given up on",
      new KafkaJSNumberOfRetriesExceeded(new KafkaJSConnectionError("refused"), { retryCount: 5, retryTime: 1 }),
      { unavailable: true, rejected: false },
    ],
    ["a partition without a leader", protocolError("LEADER_NOT_AVAILABLE"), { unavailable: true, rejected: false }],
    ["a missing topic", protocolError("UNKNOWN_TOPIC_OR_PARTITION"), { unavailable: true, rejected: false }],
    ["a forgotten producer", protocolError("UNKNOWN_PRODUCER_ID"), { unavailable: true, rejected: false }],
    ["a clock that is ahead", protocolError("INVALID_TIMESTAMP"), { unavailable: true, rejected: false }],
    ["a topic that Kafka does not take", protocolError("INVALID_TOPIC_EXCEPTION"), { unavailable: true, rejected: false }],
    ["a large message", protocolError("MESSAGE_TOO_LARGE"), { unavailable: false, rejected: true }],
    [
      "a wrapped rejection",
      Object.assign(new KafkaJSNonRetriableError("wrapped"), { cause: protocolError("INVALID_RECORD") }),
      { unavailable: false, rejected: true },
    ],
    [
      "a defect that kafkajs wrapped",
      Object.assign(new KafkaJSNonRetriableError("wrapped"), { cause: new TypeError("not a string") }),
      { unavailable: false, rejected: false },
    ],
    ["a defect", new TypeError("undefined is not a function"), { unavailable: false, rejected: false }],
  ];

  for (const [what, error, { unavailable, rejected }] of cases) {
    it(`${what}: ${unavailable ? "no broker can do it now" : rejected ? "the message is refused" : "neither"}`, () => {
      expect(isBrokerUnavailable(error)).to.equal(unavailable);
      expect(isMessageRejected(error)).to.equal(rejected);
    });
  }
});

describe("a coordinator of a group that is not there yet", () => {
  it("is told from other failures, also if kafkajs wrapped the answer", () => {
    for (const type of ["GROUP_LOAD_IN_PROGRESS", "GROUP_COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR_FOR_GROUP"]) {
      const wrapped = new KafkaJSNumberOfRetriesExceeded(protocolError(type), { retryCount: 8, retryTime: 1 });
      expect([isCoordinatorPending(protocolError(type)), isCoordinatorPending(wrapped)]).to.deep.equal([true, true]);
    }
    for (const error of [
      protocolError("GROUP_AUTHORIZATION_FAILED"),
      new KafkaJSConnectionError("refused"),
      new Error("GROUP_LOAD_IN_PROGRESS"),
    ]) {
      expect(isCoordinatorPending(error)).to.equal(false);
    }
  });
});

describe("an explained error of Kafka", () => {
  const connectionError = (code: string) =>
    new KafkaJSNumberOfRetriesExceeded(new KafkaJSConnectionError("refused", { broker: "kafka:9092", code }), {
      retryCount: 5,
      retryTime: 1,
    });
  const cases: readonly [string, Error, string][] = [
    ["an unknown CA", connectionError("SELF_SIGNED_CERT_IN_CHAIN"), "refused; set KAFKA_CA_FILE to the CA that signed Kafka's certificate"],
    [
      "another host's certificate",
      connectionError("ERR_TLS_CERT_ALTNAME_INVALID"),
      "refused; KAFKA_BROKERS and advertised.listeners have to",
    ],
    [
      "a login of a kind that Kafka does not take",
      protocolError("UNSUPPORTED_SASL_MECHANISM"),
      "UNSUPPORTED_SASL_MECHANISM; check KAFKA_USERNAME",
    ],
    ["a user without the right", protocolError("TOPIC_AUTHORIZATION_FAILED"), "TOPIC_AUTHORIZATION_FAILED; Kafka's ACLs have to allow it"],
    ["a user who may not write at all", protocolError("CLUSTER_AUTHORIZATION_FAILED"), "; Kafka's ACLs have to allow it"],
    [
      "a group that the user may not know",
      Object.assign(new KafkaJSNonRetriableError("Failed to find group coordinator"), { name: "KafkaJSGroupCoordinatorNotFound" }),
      "Failed to find group coordinator; Kafka's ACLs have to allow the consumer group to the user in KAFKA_USERNAME",
    ],
  ];
  for (const [what, error, message] of cases) {
    it(`says what to set after ${what}, which is no message's fault`, () => {
      const said = explained(error);
      expect(said).to.be.instanceOf(KafkaAccessError).and.have.property("message").that.contains(message);
      expect(isBrokerUnavailable(said)).to.equal(true);
    });
  }

  it("says what to set on a topic that refuses every message, which is no message's fault", () => {
    for (const [type, setting] of [
      ["INVALID_TIMESTAMP", "message.timestamp.type=LogAppendTime"],
      ["INVALID_TOPIC_EXCEPTION", "KAFKA_TOPIC_PREFIX"],
      ["UNSUPPORTED_FOR_MESSAGE_FORMAT", "format"],
    ] as const) {
      const said = explained(protocolError(type));
      expect(said).to.be.instanceOf(TopicSettingsError).and.have.property("message").that.contains(setting);
      expect([isBrokerUnavailable(said), isMessageRejected(said)]).to.deep.equal([true, false]);
    }
  });

  it("hints at the settings when Kafka closes connections, as it may be restarting too", () => {
    const said = explained(connectionError("ECONNRESET"));
    expect(said).not.to.be.instanceOf(KafkaAccessError);
    expect(said).to.have.property("message", "refused; if Kafka is up, check KAFKA_TLS and KAFKA_SASL_MECHANISM");
    expect(isBrokerUnavailable(said)).to.equal(true);
  });

  it("is the same when there is nothing to say", () => {
    for (const error of [connectionError("ECONNREFUSED"), new TypeError("defect"), undefined]) expect(explained(error)).to.equal(error);
  });
});

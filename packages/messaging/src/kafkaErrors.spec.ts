import { expect } from "chai";
import kafkajs from "kafkajs";
import { isBrokerUnavailable, isMessageRejected } from "./kafkaErrors.ts";

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

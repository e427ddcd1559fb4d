import { expect } from "chai";
import type { RecordMetadata } from "kafkajs";
import { createAcknowledgementCheck, type SentMessages, UnacknowledgedError } from "./acknowledgements.ts";
import { explained, isBrokerUnavailable, isMessageRejected } from "./kafkaErrors.ts";

const sent: SentMessages = new Map([
  [
    "carts",
    new Map([
      [0, 2],
      [3, 1],
    ]),
  ],
  ["policies", new Map([[0, 1]])],
]);

const acknowledgement = (topicName: string, partition: number, rest: Partial<RecordMetadata> = {}): RecordMetadata => ({
  topicName,
  partition,
  errorCode: 0,
  baseOffset: "0",
  ...rest,
});

const complete: readonly RecordMetadata[] = [
  acknowledgement("carts", 0),
  acknowledgement("carts", 3, { baseOffset: "9007199254740993" }),
  acknowledgement("policies", 0),
];

const errorOf = (acknowledgements: readonly RecordMetadata[], messages = sent, check = createAcknowledgementCheck()): unknown => {
  try {
    check(messages, acknowledgements);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("the acknowledgements of a request", () => {
  it("are accepted if each partition has exactly one, in any order", () => {
    expect(errorOf(complete)).to.equal(undefined);
    expect(errorOf(complete.toReversed())).to.equal(undefined);
    expect(errorOf([], new Map())).to.equal(undefined);
  });

  const { baseOffset: _, ...withoutOffset } = acknowledgement("carts", 0);
  const cases: readonly [string, readonly RecordMetadata[], string][] = [
    ["there are none", [], "Kafka did not acknowledge partition 0, 3 of carts"],
    ["a partition has none", complete.slice(1), "Kafka did not acknowledge partition 0 of carts"],
    ["a topic has none", complete.slice(0, 2), "Kafka did not acknowledge partition 0 of policies"],
    ["another has two instead", [...complete.slice(1), acknowledgement("policies", 0)], "partition 0 of policies twice"],
    ["a partition has two", [...complete, acknowledgement("carts", 3, { baseOffset: "7" })], "partition 3 of carts twice"],
    ["a partition that was not sent has one", [...complete, acknowledgement("carts", 1)], "partition 1 of carts, which was not sent"],
    ["a topic that was not sent has one", [...complete, acknowledgement("others", 0)], "partition 0 of others, which was not sent"],
    ["one has an error", [...complete.slice(1), acknowledgement("carts", 0, { errorCode: 6 })], "error code 6"],
    ["one has an error beside a good one", [...complete, acknowledgement("carts", 0, { errorCode: 6 })], "error code 6"],
    ["one has no offset", [...complete.slice(1), withoutOffset], "without the offset"],
    ["one has the unknown offset", [...complete.slice(1), acknowledgement("carts", 0, { baseOffset: "-1" })], "without the offset"],
    ["one has a text for its offset", [...complete.slice(1), acknowledgement("carts", 0, { baseOffset: "" })], "without the offset"],
  ];
  for (const [what, acknowledgements, message] of cases) {
    it(`are refused if ${what}, and no message is at fault`, () => {
      const error = errorOf(acknowledgements);
      expect(error).to.be.instanceOf(UnacknowledgedError).and.have.property("message").that.contains(message);
      expect([isBrokerUnavailable(error), isMessageRejected(error)]).to.deep.equal([true, false]);
      expect(explained(error)).to.equal(error);
    });
  }

  it("are refused if one has an offset of an earlier request, for whose messages the broker mistook these", () => {
    const one: SentMessages = new Map([["carts", new Map([[0, 2]])]]);
    const at = (baseOffset: string) => [acknowledgement("carts", 0, { baseOffset })];
    for (const earlier of ["5", "6", "4"]) {
      const check = createAcknowledgementCheck();
      expect(errorOf(at("5"), one, check)).to.equal(undefined);
      expect(errorOf(at(earlier), one, check), earlier).to.be.instanceOf(UnacknowledgedError);
    }
    const check = createAcknowledgementCheck();
    for (const later of ["5", "7", "9", "100"]) expect(errorOf(at(later), one, check), later).to.equal(undefined);
  });
});

import { expect } from "chai";
import type { EachBatchPayload } from "kafkajs";
import { createLostMessagesDetector } from "./lostMessages.ts";

const place = { topic: "t", partition: 0 };

/** A fetched batch from `first` to `last`. Without `first` it has no message. */
const batch = (first: number | undefined, last: number, { topic, partition } = place): EachBatchPayload["batch"] => ({
  topic,
  partition,
  highWatermark: String(last + 1),
  messages: [],
  isEmpty: () => first === undefined,
  firstOffset: () => (first === undefined ? null : String(first)),
  lastOffset: () => String(last),
  offsetLag: () => "0",
  offsetLagLow: () => "0",
});

describe("the detector of lost messages", () => {
  it("finds nothing lost as long as the broker has each offset that the consumer asks for, whatever the offsets leave out", () => {
    const detector = createLostMessagesDetector();
    expect(detector.lostBefore(batch(100, 109))).to.equal(undefined);
    detector.handled(batch(100, 109));
    expect(detector.lostBefore(batch(115, 120))).to.equal(undefined);
  });

  it("tells the offsets between the last message that was handled and the first that is left, once", () => {
    const detector = createLostMessagesDetector();
    detector.handled(batch(0, 9));
    detector.sawReset(place);
    expect(detector.lostBefore(batch(25, 30))).to.deep.equal({ ...place, from: "10", to: "25" });
    expect(detector.lostBefore(batch(25, 30))).to.equal(undefined);
  });

  it("does not know where the loss began if it has read nothing since the start", () => {
    const detector = createLostMessagesDetector();
    detector.sawReset(place);
    expect(detector.lostBefore(batch(25, 30))).to.deep.equal({ ...place, from: undefined, to: "25" });
  });

  it("waits for a message: a batch without one does not tell what is left", () => {
    const detector = createLostMessagesDetector();
    detector.sawReset(place);
    expect(detector.lostBefore(batch(undefined, 24))).to.equal(undefined);
    expect(detector.lostBefore(batch(25, 30))).to.deep.equal({ ...place, from: undefined, to: "25" });
  });

  it("tells once what was lost before the oldest offset of a partition that has no message left", () => {
    const detector = createLostMessagesDetector();
    detector.handled(batch(0, 9));
    detector.sawReset(place);
    expect(detector.lostBeforeOldest(place, "25")).to.deep.equal({ ...place, from: "10", to: "25" });
    expect(detector.lostBeforeOldest(place, "25")).to.equal(undefined);
    expect(detector.lostBefore(batch(25, 30))).to.equal(undefined);
  });

  it("finds nothing lost in a topic that was created anew, whose first message is there", () => {
    const detector = createLostMessagesDetector();
    detector.sawReset(place);
    expect(detector.lostBefore(batch(0, 3)), "at the start").to.equal(undefined);
    detector.handled(batch(0, 9));
    detector.sawReset(place);
    expect(detector.lostBefore(batch(0, 3)), "later").to.equal(undefined);
  });

  it("tells partitions and topics apart", () => {
    const detector = createLostMessagesDetector();
    detector.sawReset(place);
    for (const other of [
      { topic: "t", partition: 1 },
      { topic: "u", partition: 0 },
    ])
      expect(detector.lostBefore(batch(25, 30, other))).to.equal(undefined);
  });
});

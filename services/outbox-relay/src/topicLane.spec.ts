import { createLogger } from "@cart/process-kit";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import { createTopicLane } from "./topicLane.ts";

describe("the lane of a topic", () => {
  let outages = 0;
  const newLane = (patienceMs = 20, outageMemoryMs?: number) =>
    createTopicLane({
      aggregateType: "Cart",
      onOutage: () => void (outages += 1),
      logger: createLogger({ service: "relay-spec", level: "silent" }),
      patienceMs,
      ...(outageMemoryMs === undefined ? {} : { outageMemoryMs }),
    });
  beforeEach(() => void (outages = 0));

  it("returns the result of its work, and is open before and after it", async () => {
    const lane = newLane(60_000);
    expect(lane.isOpen()).to.equal(true);
    expect(await lane.run(() => Promise.resolve("published"))).to.equal("published");
    expect([lane.isOpen(), lane.outage(), outages]).to.deep.equal([true, undefined, 0]);
  });

  it("lets nobody wait for slow work, and stays closed until the work has ended", async () => {
    const lane = newLane();
    let end: (result: string) => void = () => undefined;
    expect(await lane.run(() => new Promise<string>((resolve) => (end = resolve)))).to.equal(undefined);
    expect([lane.isOpen(), lane.outage()]).to.deep.equal([false, undefined]);
    end("late");
    await lane.settled();
    expect([lane.isOpen(), outages]).to.deep.equal([true, 0]);
  });

  it("keeps the error of an outage until work succeeds, and opens again by itself", async () => {
    const lane = newLane(60_000);
    const error = new Error("no such topic");
    expect(await lane.run(() => Promise.reject(error))).to.equal(undefined);
    expect([lane.outage(), outages]).to.deep.equal([error, 1]);
    await waitFor("the lane to open", () => lane.isOpen());
    expect(lane.outage()).to.equal(error);
    expect(await lane.run(() => Promise.resolve("published"))).to.equal("published");
    expect(lane.outage()).to.equal(undefined);
  });

  it("forgets the error of an outage if nothing is tried again, as another relay has the rows by then", async () => {
    const lane = newLane(60_000, 200);
    const error = new Error("no such topic");
    await lane.run(() => Promise.reject(error));
    expect(lane.outage()).to.equal(error);
    await waitFor("the error to be forgotten", () => lane.outage() === undefined);
    let fail: (reason: Error) => void = () => undefined;
    const trying = lane.run(() => new Promise((_resolve, reject) => (fail = reject)));
    expect(lane.outage(), "while it is tried").to.equal(error);
    fail(error);
    await trying;
    expect(lane.outage()).to.equal(error);
  });
});

import { expect } from "chai";
import { createStreamQueue } from "./streamQueue.ts";

describe("stream queue", () => {
  /** Entries are named after their streams: `a1` is on `a`, `ab` on both. */
  const queueOf = (...entries: readonly string[]) => {
    const queue = createStreamQueue((entry: string) => entry.replaceAll(/\d/g, "").split(""));
    for (const entry of entries) queue.add(entry);
    return queue;
  };

  it("gives all that wait at once, several on one stream too, in their order", () => {
    const queue = queueOf("a1", "b1", "a2");
    expect(queue.take(10)).to.deep.equal(["a1", "b1", "a2"]);
    expect(queue.length()).to.equal(0);
  });

  it("gives a stream to nobody else until it is released", () => {
    const queue = queueOf("a1", "b1");
    const first = queue.take(1);
    queue.add("a2");
    expect([queue.isFree("a3"), queue.isFree("b2")]).to.deep.equal([false, true]);
    expect(queue.take(10)).to.deep.equal(["b1"]);
    expect(queue.take(10)).to.deep.equal([]);
    queue.release(first);
    expect(queue.take(10)).to.deep.equal(["a2"]);
  });

  it("gives a share of them, and with it all that wait for the same streams", () => {
    const queue = queueOf("a1", "b1", "a2", "c1");
    expect(queue.take(10, 1)).to.deep.equal(["a1", "a2"]);
    expect([queue.taken(), queue.length()]).to.deep.equal([2, 2]);
    expect(queue.take(10, 2)).to.deep.equal(["b1", "c1"]);
  });

  it("gives no more than the most of one stream", () => {
    const queue = queueOf("a1", "a2", "a3");
    const first = queue.take(2, 1);
    expect(first).to.deep.equal(["a1", "a2"]);
    expect(queue.take(2, 1)).to.deep.equal([]);
    queue.release(first);
    expect([queue.taken(), queue.take(2, 1)]).to.deep.equal([0, ["a3"]]);
  });

  it("gives no more than the most, even if the share is more", () => {
    const queue = queueOf("a1", "b1", "c1");
    expect(queue.take(2, 3)).to.deep.equal(["a1", "b1"]);
  });

  it("lets none overtake one that waits for another of its streams", () => {
    const queue = queueOf("a1");
    const first = queue.take(10);
    for (const entry of ["ab", "b1", "c1"]) queue.add(entry);
    expect(queue.take(10)).to.deep.equal(["c1"]);
    queue.release(first);
    expect(queue.take(10)).to.deep.equal(["ab", "b1"]);
  });
});

import { expect } from "chai";
import { createStreamQueue } from "./streamQueue.ts";

describe("stream queue", () => {
  /** Entries are named after their streams: `a1` is on `a`, `ab` on `a` and `b`. */
  const queueOf = (...entries: readonly string[]) => {
    const queue = createStreamQueue((entry: string) => entry.replaceAll(/\d/g, "").split(""));
    for (const entry of entries) queue.add(entry);
    return queue;
  };

  it("gives all waiting entries at once, in their order, also several on one stream", () => {
    const queue = queueOf("a1", "b1", "a2");
    expect(queue.take(10)).to.deep.equal(["a1", "b1", "a2"]);
    expect(queue.length()).to.equal(0);
  });

  it("puts a stream into no other batch until it is released", () => {
    const queue = queueOf("a1", "b1");
    const first = queue.take(1);
    queue.add("a2");
    expect([queue.isFree("a3"), queue.isFree("b2")]).to.deep.equal([false, true]);
    expect(queue.take(10)).to.deep.equal(["b1"]);
    expect(queue.take(10)).to.deep.equal([]);
    queue.release(first);
    expect(queue.take(10)).to.deep.equal(["a2"]);
  });

  it("gives a share of the entries, and all further entries on the same streams", () => {
    const queue = queueOf("a1", "b1", "a2", "c1");
    expect(queue.take(10, 1)).to.deep.equal(["a1", "a2"]);
    expect([queue.taken(), queue.length()]).to.deep.equal([2, 2]);
    expect(queue.take(10, 2)).to.deep.equal(["b1", "c1"]);
  });

  it("gives at most `maxEntries`, also of one stream", () => {
    const queue = queueOf("a1", "a2", "a3");
    const first = queue.take(2, 1);
    expect(first).to.deep.equal(["a1", "a2"]);
    expect(queue.take(2, 1)).to.deep.equal([]);
    queue.release(first);
    expect([queue.taken(), queue.take(2, 1)]).to.deep.equal([0, ["a3"]]);
  });

  it("gives at most `maxEntries`, even if the share is larger", () => {
    const queue = queueOf("a1", "b1", "c1");
    expect(queue.take(2, 3)).to.deep.equal(["a1", "b1"]);
  });

  it("lets no entry overtake an earlier one that waits for another of its streams", () => {
    const queue = queueOf("a1");
    const first = queue.take(10);
    for (const entry of ["ab", "b1", "c1"]) queue.add(entry);
    expect(queue.take(10)).to.deep.equal(["c1"]);
    queue.release(first);
    expect(queue.take(10)).to.deep.equal(["ab", "b1"]);
  });
});

import { expect } from "chai";
import { createBatchLane } from "./batchLane.ts";

describe("the batch lane", () => {
  it("passes on together the items of one turn, and the items that came while work was in flight", async () => {
    const calls: string[][] = [];
    let finishFirst = (): void => undefined;
    const firstDone = new Promise<void>((resolve) => (finishFirst = resolve));
    const lane = createBatchLane<string>(async (items) => {
      calls.push([...items]);
      if (calls.length === 1) await firstDone;
    });

    const first = [lane.add("a"), lane.add("b")];
    await Promise.resolve();
    const second = [lane.add("c"), lane.add("d")];
    finishFirst();
    await Promise.all([...first, ...second]);
    await lane.add("e");

    expect(calls).to.deep.equal([["a", "b"], ["c", "d"], ["e"]]);
  });

  it("fails the items of the failed work only, and continues", async () => {
    const lane = createBatchLane<string>(async (items) => {
      if (items.includes("bad")) throw new Error("failed");
    });
    const outcomes = await Promise.allSettled([lane.add("bad"), lane.add("beside it")]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    await lane.add("good");
  });
});

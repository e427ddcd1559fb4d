import { expect } from "chai";
import { coalesce } from "./coalesce.ts";

describe("coalesce", () => {
  /** Work whose first run ends when `finishFirst` is called. It answers each item in capitals. */
  const slowWork = () => {
    const runs: string[][] = [];
    let finishFirst = (): void => undefined;
    const firstDone = new Promise<void>((resolve) => (finishFirst = resolve));
    const work = async (items: readonly string[]): Promise<readonly string[]> => {
      runs.push([...items]);
      if (runs.length === 1) await firstDone;
      return items.map((item) => item.toUpperCase());
    };
    return { runs, work, finishFirst: () => finishFirst() };
  };

  it("runs the items of one turn together, and then the items that arrived during that run", async () => {
    const { runs, work, finishFirst } = slowWork();
    const add = coalesce(work);
    const first = [add("a"), add("b")];
    await Promise.resolve();
    const second = [add("c"), add("d")];
    finishFirst();
    expect(await Promise.all([...first, ...second])).to.deep.equal(["A", "B", "C", "D"]);
    expect(await add("e")).to.equal("E");
    expect(runs).to.deep.equal([["a", "b"], ["c", "d"], ["e"]]);
  });

  it("takes at most maxItems into a run, in the order of their arrival", async () => {
    const { runs, work, finishFirst } = slowWork();
    const add = coalesce(work, { maxItems: 2 });
    const added = ["a", "b", "c", "d", "e"].map(add);
    finishFirst();
    expect(await Promise.all(added)).to.deep.equal(["A", "B", "C", "D", "E"]);
    expect(runs).to.deep.equal([["a", "b"], ["c", "d"], ["e"]]);
  });

  it("fails every item of a failed run and no other, and continues", async () => {
    const add = coalesce(async (items: readonly string[]) => {
      if (items.includes("bad")) throw new Error("failed");
      return items;
    });
    const outcomes = await Promise.allSettled([add("bad"), add("beside it")]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    expect(await add("good")).to.equal("good");
  });
});

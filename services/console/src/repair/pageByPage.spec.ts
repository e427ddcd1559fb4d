import { expect } from "chai";
import { pageByPage } from "./pageByPage.ts";

/** Pages of two numbers each, up to five. */
const page = async (afterId: number) => {
  const items = [afterId + 1, afterId + 2].filter((item) => item <= 5);
  return { items, next: items.length < 2 ? undefined : items.at(-1) };
};
const idOf = (item: number): number => item;

describe("work page by page", () => {
  it("takes every item of every page once, in order", async () => {
    const seen: number[] = [];
    const next = await pageByPage({ afterId: 0, page, idOf, work: async (item) => void seen.push(item) });
    expect([seen, next]).to.deep.equal([[1, 2, 3, 4, 5], null]);
  });

  it("stops when its time is over, and says behind which item to go on", async () => {
    const seen: number[] = [];
    let time = 0;
    const slow = { afterId: 0, page, idOf, work: async (item: number) => void (seen.push(item), (time += 2_000)) };
    const next = await pageByPage(slow, () => time);
    expect([seen, next]).to.deep.equal([[1, 2, 3], 3]);
    await pageByPage({ ...slow, afterId: next ?? 0 }, () => time);
    expect(seen).to.deep.equal([1, 2, 3, 4, 5]);
  });
});

import { expect } from "chai";
import { groupByBytes } from "./groupByBytes.ts";

describe("groups by bytes", () => {
  const group = (sizes: readonly number[]): number[][] => groupByBytes(sizes, (size) => size, 10);

  it("keep the order and the limit", () => {
    expect(group([4, 6, 1, 9, 1])).to.deep.equal([[4, 6], [1, 9], [1]]);
  });

  it("have an item that is too large alone", () => {
    expect(group([1, 11, 1])).to.deep.equal([[1], [11], [1]]);
  });

  it("are none for an empty list", () => {
    expect(group([])).to.deep.equal([]);
  });
});

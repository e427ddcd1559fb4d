import { expect } from "chai";
import { unstorableValues } from "./unstorableValues.ts";

describe("what cannot be stored", () => {
  it("is found at any depth", () => {
    expect(unstorableValues({ a: [{ b: "x\0y" }, { b: "\ud800" }], c: Infinity, d: NaN }).map(({ field }) => field)).to.deep.equal([
      "a/0/b",
      "a/1/b",
      "c",
      "d",
    ]);
  });

  it("is nothing else", () => {
    expect(unstorableValues({ a: "👩‍🚀 שלום \u{10ffff} \u0001", b: [1e308, -0, null, true], c: {} })).to.deep.equal([]);
  });
});

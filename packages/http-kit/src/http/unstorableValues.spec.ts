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

  it("is every control character, and no character beside them", () => {
    const refused = Array.from({ length: 0x180 }, (_, code) => code).filter(
      (code) => unstorableValues(`a${String.fromCharCode(code)}b`).length > 0,
    );
    const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);
    expect(refused).to.deep.equal([...range(0, 0x1f), ...range(0x7f, 0x9f)]);
  });

  it("is nothing else", () => {
    expect(unstorableValues({ a: "👩‍🚀 שלום \u{10ffff} \u00a0 \u2028", b: [1e308, -0, null, true], c: {} })).to.deep.equal([]);
  });
});

import { expect } from "chai";
import { attributesText, canonicalAttributes, changedAttributes } from "./attributes.ts";

describe("attributes", () => {
  it("have their names in one order, whatever the order in which they come", () => {
    const [one, other] = [
      { size: "L", gift: true, "a.b": 1 },
      { "a.b": 1, gift: true, size: "L" },
    ];
    expect(JSON.stringify(canonicalAttributes(one))).to.equal('{"a.b":1,"gift":true,"size":"L"}');
    expect(attributesText(one)).to.equal(attributesText(other));
  });

  it("are the same object if there are none, so that none are recognised without looking into them", () => {
    expect(canonicalAttributes({})).to.equal(canonicalAttributes(undefined));
    expect(changedAttributes({ a: 1 }, { a: null }, "attributes")).to.equal(canonicalAttributes(undefined));
  });
});

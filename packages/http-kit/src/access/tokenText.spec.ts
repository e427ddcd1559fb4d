import { expect } from "chai";
import { canonicalToken } from "./tokenText.ts";

describe("the text of a token", () => {
  it("is the same for every spelling of a signature", () => {
    // 32 bytes leave two unused bits in the last of 43 characters.
    const signature = Buffer.alloc(32, 7).toString("base64url");
    const spellings = ["w", "x", "y", "z"].map((last) => `e30.e30.${signature.slice(0, -1)}${last}`);
    expect(Buffer.from(spellings[3]?.split(".")[2] ?? "", "base64url")).to.deep.equal(
      Buffer.from(spellings[0]?.split(".")[2] ?? "", "base64url"),
    );
    expect(new Set(spellings.map(canonicalToken)).size).to.equal(1);
  });

  for (const text of ["", "a", "a.b", "a.b.c.d", "a.b.c=", "a.b.c~", "a.b.c+d", "a..c", " a.b.c"]) {
    it(`is none for "${text}"`, () => expect(canonicalToken(text)).to.equal(undefined));
  }
});

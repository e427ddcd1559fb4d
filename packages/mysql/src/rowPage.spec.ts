import { expect } from "chai";
import { nextMaxRows, rowPage } from "./rowPage.ts";

describe("a page of rows", () => {
  const kept = (sizes: readonly number[], limits: { maxRows: number; maxBytes: number }) => {
    const page = rowPage(limits);
    const rows = sizes.slice(0, page.limit);
    const end = rows.findIndex((bytes) => !page.keepWhile({ bytes }));
    return { rows: end === -1 ? rows.length : end, isWhole: page.isWhole() };
  };

  it("ends before the first row that exceeds its rows or bytes, but never before the first row", () => {
    expect(kept([5, 5, 5], { maxRows: 10, maxBytes: 10 })).to.deep.equal({ rows: 2, isWhole: false });
    expect(kept([5, 5, 5], { maxRows: 2, maxBytes: 100 })).to.deep.equal({ rows: 2, isWhole: false });
    expect(kept([50, 5], { maxRows: 10, maxBytes: 10 })).to.deep.equal({ rows: 1, isWhole: false });
    expect(kept([5, 5], { maxRows: 2, maxBytes: 10 })).to.deep.equal({ rows: 2, isWhole: true });
    expect(kept([], { maxRows: 2, maxBytes: 10 })).to.deep.equal({ rows: 0, isWhole: true });
  });

  it("asks for few more rows than have fitted, and for more if all have fitted", () => {
    expect([nextMaxRows(100, 7, 5_000), nextMaxRows(100, 100, 5_000), nextMaxRows(2_000, 2_000, 5_000)]).to.deep.equal([8, 400, 5_000]);
  });
});

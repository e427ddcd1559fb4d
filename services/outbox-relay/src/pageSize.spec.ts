import type { OutboxRow, PendingPage } from "@cart/event-store";
import { expect } from "chai";
import { createPageSize } from "./pageSize.ts";

describe("the size of a relay's pages", () => {
  const page = (endedBy: PendingPage["endedBy"], rows: number): PendingPage => ({
    endedBy,
    rows: Array.from({ length: rows }, () => ({}) as OutboxRow),
  });

  it("begins small, shrinks to what fits, and grows again", () => {
    const size = createPageSize({ maxRows: 1_000, maxBytes: 4_096 });
    const rowsAfter = (seen: PendingPage): number => {
      size.saw(seen);
      return size.next().maxRows;
    };
    expect(size.next()).to.deep.equal({ maxRows: 100, maxBytes: 4_096 });
    expect(rowsAfter(page("maxBytes", 7))).to.equal(8);
    expect(rowsAfter(page("maxBytes", 1))).to.equal(2);
    expect(rowsAfter(page("the last row", 1))).to.equal(2);
    expect(rowsAfter(page("maxRows", 2))).to.equal(4);
    for (let n = 0; n < 10; n += 1) size.saw(page("maxRows", 4));
    expect(size.next().maxRows).to.equal(1_000);
  });
});

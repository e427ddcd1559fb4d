import { expect } from "chai";
import { createSeenEvents } from "./seenEvents.ts";

describe("the memory of seen events", () => {
  it("knows the ids that were added", async () => {
    const seen = createSeenEvents();
    await seen.add("a");
    expect([seen.has("a"), seen.has("b")]).to.deep.equal([true, false]);
  });

  it("forgets the oldest id beyond its limit", async () => {
    const seen = createSeenEvents({ max: 2 });
    for (const id of ["a", "b", "a", "c"]) await seen.add(id);
    expect(["a", "b", "c"].map((id) => seen.has(id))).to.deep.equal([true, false, true]);
  });
});

import { expect } from "chai";
import { fixedClock } from "./fixedClock.ts";

describe("fixedClock", () => {
  it("stands still even if a returned date is changed", () => {
    const now = fixedClock("2026-01-31T12:00:00.000Z");
    now().setFullYear(1970);
    expect(now().toISOString()).to.equal("2026-01-31T12:00:00.000Z");
  });

  it("refuses a string that is not a time", () => {
    expect(() => fixedClock("noon")).to.throw('"noon" is not');
  });
});

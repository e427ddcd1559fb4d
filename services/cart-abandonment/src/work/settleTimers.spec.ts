import { expect } from "chai";
import { endOf } from "./settleTimers.ts";

describe("endOf", () => {
  const now = new Date("2026-06-10T12:00:00Z");
  const end = (until: Date): string => endOf({ until, policyVersion: 1 }, { now, retryMs: 30_000 }).toISOString();

  it("is the end of a pause that ends after now", () => {
    expect(end(new Date("2026-06-10T12:00:00.001Z"))).to.equal("2026-06-10T12:00:00.001Z");
  });

  it("is never a time that is not after now, so that no timer is due again and again", () => {
    for (const until of [now, new Date("2025-10-26T01:00:00Z"), new Date(Number.NaN)])
      expect(end(until)).to.equal("2026-06-10T12:00:30.000Z");
  });
});

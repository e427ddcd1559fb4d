import { expect } from "chai";
import type { Policy } from "../policies/policy.ts";
import type { Wait } from "../timers/cartProgress.ts";
import { type Decision, decideTimer } from "./decideTimer.ts";

const since = new Date("2026-06-10T12:00:00Z");
const policy: Policy = { version: 3, abandonedMinutes: 60, reminders: [30, 1440], quietTime: undefined };
const night = { from: "22:00:00", to: "08:00:00", timeZone: "Europe/Berlin" };

const decide = (now: string, wait: Partial<Wait> | undefined, changes: Partial<Policy> | "none" = {}): Decision =>
  decideTimer(
    { version: 5, tenantId: "shop-1", waitsFor: wait && { step: 0, since, ...wait } },
    changes === "none" ? new Map() : new Map([["shop-1", { ...policy, ...changes }]]),
    new Date(now),
  );

describe("decideTimer", () => {
  it("abandons a cart that had no activity for as many minutes as the tenant's policy says", () => {
    expect(decide("2026-06-10T12:59:59.999Z", {})).to.deep.equal({ kind: "MOVE" });
    expect(decide("2026-06-10T13:00:00.000Z", {})).to.deep.equal({
      kind: "ACT",
      command: { type: "AbandonCart", lastActivityAt: since, abandonedAfterMinutes: 60 },
    });
  });

  it("reminds step by step, and ends with the last step", () => {
    expect(decide("2026-06-10T12:29:59Z", { step: 1 })).to.deep.equal({ kind: "MOVE" });
    expect(decide("2026-06-10T12:30:00Z", { step: 1 })).to.deep.equal({
      kind: "ACT",
      command: { type: "RemindOfAbandonment", step: 1, afterMinutes: 30 },
    });
    expect(decide("2026-06-11T12:00:00Z", { step: 2 })).to.deep.equal({
      kind: "ACT",
      command: { type: "RemindOfAbandonment", step: 2, afterMinutes: 1440 },
    });
    expect(decide("2027-01-01T00:00:00Z", { step: 3 })).to.deep.equal({ kind: "END" });
  });

  it("waits for the end of the quiet time, with reminders too", () => {
    const quiet = { kind: "QUIET", until: new Date("2026-06-11T06:00:00Z"), policyVersion: 3 };
    expect(decide("2026-06-10T20:00:00Z", {}, { quietTime: night })).to.deep.equal(quiet);
    expect(decide("2026-06-10T20:00:00Z", { step: 1 }, { quietTime: night })).to.deep.equal(quiet);
    expect(decide("2026-06-10T19:59:59Z", {}, { quietTime: night }).kind).to.equal("ACT");
    expect(decide("2026-06-11T06:00:00Z", {}, { quietTime: night }).kind).to.equal("ACT");
  });

  it("waits if the tenant has no policy, and ends the timer of a cart that waits for nothing", () => {
    expect(decide("2027-01-01T00:00:00Z", {}, "none")).to.deep.equal({ kind: "MOVE" });
    expect(decide("2027-01-01T00:00:00Z", { step: 1 }, "none")).to.deep.equal({ kind: "MOVE" });
    expect(decide("2027-01-01T00:00:00Z", undefined)).to.deep.equal({ kind: "END" });
    expect(decideTimer({ version: 0, tenantId: undefined, waitsFor: { step: 0, since } }, new Map(), since)).to.deep.equal({ kind: "END" });
  });
});

import { expect } from "chai";
import type { PolicyRules } from "../policies/policy.ts";
import { activity, type Wait } from "../timers/cartProgress.ts";
import { type Decision, decideTimer } from "./decideTimer.ts";

const since = new Date("2026-06-10T12:00:00Z");
const rules: PolicyRules = {
  abandonedMinutes: 60,
  checkoutAbandonedMinutes: null,
  reminders: [30, 1440],
  overtakenReminders: "skip",
  maxRemindersPerDay: null,
  timeZone: "Europe/Berlin",
  quietTime: undefined,
};
const night = { from: "22:00:00", to: "08:00:00", timeZone: "Europe/Berlin" };

type Given = { readonly rules?: Partial<PolicyRules> | "none"; readonly purchasedAt?: string };

const decide = (now: string, wait: Partial<Wait> | undefined, { rules: changes = {}, purchasedAt }: Given = {}): Decision =>
  decideTimer(
    { version: 5, tenantId: "shop-1", userId: "user-1", waitsFor: wait && { ...activity(since), ...wait } },
    new Map([["shop-1", { version: 3, rules: changes === "none" ? undefined : { ...rules, ...changes } }]]),
    new Date(now),
    purchasedAt === undefined ? undefined : new Date(purchasedAt),
  );

/** Returns the command of the decision. */
const commandOf = (decision: Decision): unknown => ("command" in decision ? decision.command : decision.kind);
const reminder = (step: number, afterMinutes: number) => ({ type: "RemindOfAbandonment", step, afterMinutes });

describe("decideTimer", () => {
  it("abandons a cart that had no activity for as many minutes as the tenant's policy says", () => {
    expect(decide("2026-06-10T12:59:59.999Z", {})).to.deep.equal({ kind: "MOVE" });
    expect(decide("2026-06-10T13:00:00.000Z", {})).to.deep.equal({
      kind: "ABANDON",
      command: { type: "AbandonCart", lastActivityAt: since, abandonedAfterMinutes: 60 },
    });
  });

  it("abandons a cart at checkout by a limit of its own, and never if the policy has none", () => {
    expect(decide("2027-01-01T00:00:00Z", { stage: "checkout" })).to.deep.equal({ kind: "MOVE" });
    const limited = { rules: { checkoutAbandonedMinutes: 120 } };
    expect(decide("2026-06-10T13:59:59.999Z", { stage: "checkout" }, limited)).to.deep.equal({ kind: "MOVE" });
    expect(decide("2026-06-10T14:00:00Z", { stage: "checkout" }, limited)).to.deep.equal({
      kind: "ABANDON",
      command: { type: "AbandonCart", lastActivityAt: since, abandonedAfterMinutes: 120 },
    });
  });

  it("reminds step by step, and ends with the last step", () => {
    expect(decide("2026-06-10T12:29:59Z", { step: 1 })).to.deep.equal({ kind: "MOVE" });
    expect(commandOf(decide("2026-06-10T12:30:00Z", { step: 1 }))).to.deep.equal(reminder(1, 30));
    expect(commandOf(decide("2026-06-11T12:00:00Z", { step: 2 }))).to.deep.equal(reminder(2, 1440));
    expect(decide("2027-01-01T00:00:00Z", { step: 3 })).to.deep.equal({ kind: "END" });
  });

  describe("of reminders that are late and have been overtaken", () => {
    const three = { reminders: [30, 60, 90, 1440] };

    it("sends the latest and skips the others", () => {
      const skip = { rules: { ...three, overtakenReminders: "skip" as const } };
      expect(commandOf(decide("2026-06-10T13:29:59Z", { step: 1 }, skip))).to.deep.equal(reminder(2, 60));
      expect(commandOf(decide("2026-06-10T13:30:00Z", { step: 1 }, skip))).to.deep.equal(reminder(3, 90));
      expect(decide("2026-06-10T13:30:00Z", { step: 4, remindedAt: new Date("2026-06-10T13:30:00Z") }, skip).kind).to.equal("MOVE");
    });

    it("sends the next and moves the others by their distance", () => {
      const move = { rules: { ...three, overtakenReminders: "move" as const } };
      const late = "2026-06-10T20:00:00Z";
      expect(commandOf(decide(late, { step: 1 }, move))).to.deep.equal(reminder(1, 30));
      const afterFirst = { step: 2, remindedAt: new Date(late) };
      expect(decide("2026-06-10T20:29:59Z", afterFirst, move)).to.deep.equal({ kind: "MOVE" });
      expect(commandOf(decide("2026-06-10T20:30:00Z", afterFirst, move))).to.deep.equal(reminder(2, 60));
      // A step that is not late keeps its time.
      const onTime = { step: 2, remindedAt: new Date("2026-06-10T12:30:00Z") };
      expect(commandOf(decide("2026-06-10T13:00:00Z", onTime, move))).to.deep.equal(reminder(2, 60));
    });
  });

  it("ends the reminders of a user who has purchased since the last activity in this cart, but abandons the cart", () => {
    const waiting = { step: 1, activeAt: new Date("2026-06-10T11:00:00Z") };
    expect(decide("2026-06-10T12:30:00Z", waiting, { purchasedAt: "2026-06-10T11:00:00Z" })).to.deep.equal({ kind: "END" });
    expect(decide("2026-06-10T12:00:00Z", waiting, { purchasedAt: "2026-06-10T11:59:00Z" }), "also before it is due").to.deep.equal({
      kind: "END",
    });
    expect(decide("2026-06-10T12:30:00Z", waiting, { purchasedAt: "2026-06-10T10:59:59Z" }).kind).to.equal("REMIND");
    expect(decide("2026-06-10T13:00:00Z", {}, { purchasedAt: "2026-06-10T12:30:00Z" }).kind).to.equal("ABANDON");
  });

  it("waits for the end of the quiet time, with reminders too", () => {
    const quiet = { kind: "QUIET", until: new Date("2026-06-11T06:00:00Z"), policyVersion: 3 };
    const given = { rules: { quietTime: night } };
    expect(decide("2026-06-10T20:00:00Z", {}, given)).to.deep.equal(quiet);
    expect(decide("2026-06-10T20:00:00Z", { step: 1 }, given)).to.deep.equal(quiet);
    expect(decide("2026-06-10T19:59:59Z", {}, given).kind).to.equal("ABANDON");
    expect(decide("2026-06-11T06:00:00Z", {}, given).kind).to.equal("ABANDON");
  });

  it("waits if the tenant has no policy, and ends the timer of a cart that waits for nothing", () => {
    expect(decide("2027-01-01T00:00:00Z", {}, { rules: "none" })).to.deep.equal({ kind: "MOVE" });
    expect(decide("2027-01-01T00:00:00Z", { step: 1 }, { rules: "none" })).to.deep.equal({ kind: "MOVE" });
    expect(decide("2027-01-01T00:00:00Z", undefined)).to.deep.equal({ kind: "END" });
    const unknown = { version: 0, tenantId: undefined, userId: undefined, waitsFor: activity(since) };
    expect(decideTimer(unknown, new Map(), since)).to.deep.equal({ kind: "END" });
  });
});

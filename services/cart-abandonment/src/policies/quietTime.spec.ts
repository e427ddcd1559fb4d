import { expect } from "chai";
import { type QuietTime, quietUntil } from "./quietTime.ts";

const night: QuietTime = { from: "22:00:00", to: "08:00:00", timeZone: "UTC" };

const quiet = (now: string, changes: Partial<QuietTime> = {}): string | undefined =>
  quietUntil(new Date(now), { ...night, ...changes })?.toISOString();

describe("quietUntil", () => {
  it("extends across midnight, from its start until its end", () => {
    expect(quiet("2026-06-10T21:59:59.999Z")).to.equal(undefined);
    expect(quiet("2026-06-10T22:00:00.000Z")).to.equal("2026-06-11T08:00:00.000Z");
    expect(quiet("2026-06-10T23:59:59.999Z")).to.equal("2026-06-11T08:00:00.000Z");
    expect(quiet("2026-06-11T00:00:00.000Z")).to.equal("2026-06-11T08:00:00.000Z");
    expect(quiet("2026-06-11T07:59:59.999Z")).to.equal("2026-06-11T08:00:00.000Z");
    expect(quiet("2026-06-11T08:00:00.000Z")).to.equal(undefined);
  });

  it("can begin or end at midnight", () => {
    const evening = { from: "18:30:00", to: "00:00:00" };
    expect(quiet("2026-12-31T18:30:00Z", evening)).to.equal("2027-01-01T00:00:00.000Z");
    expect(quiet("2027-01-01T00:00:00Z", evening)).to.equal(undefined);
    const earlyHours = { from: "00:00:00", to: "06:00:00" };
    expect(quiet("2026-12-31T23:59:59Z", earlyHours)).to.equal(undefined);
    expect(quiet("2027-01-01T00:00:00Z", earlyHours)).to.equal("2027-01-01T06:00:00.000Z");
  });

  it("can lie within one day", () => {
    const noon = { from: "12:00:00", to: "13:30:15" };
    expect(quiet("2026-06-10T11:59:59Z", noon)).to.equal(undefined);
    expect(quiet("2026-06-10T12:00:00Z", noon)).to.equal("2026-06-10T13:30:15.000Z");
    expect(quiet("2026-06-10T13:30:15Z", noon)).to.equal(undefined);
  });

  it("does not exist if its start equals its end", () => {
    for (const hour of ["00", "08", "12", "23"])
      expect(quiet(`2026-06-10T${hour}:00:00Z`, { from: "08:00:00", to: "08:00:00" })).to.equal(undefined);
  });

  it("is judged by the local time of its time zone", () => {
    expect(quiet("2026-06-10T20:00:00Z", { timeZone: "Europe/Berlin" })).to.equal("2026-06-11T06:00:00.000Z");
    expect(quiet("2026-06-10T20:00:00Z", { timeZone: "America/New_York" })).to.equal(undefined);
    expect(quiet("2026-06-11T02:00:00Z", { timeZone: "America/New_York" })).to.equal("2026-06-11T12:00:00.000Z");
    expect(quiet("2026-06-10T16:15:00Z", { timeZone: "Asia/Kathmandu" })).to.equal("2026-06-11T02:15:00.000Z");
  });

  it("throws for an unknown time zone", () => {
    expect(() => quiet("2026-06-10T20:00:00Z", { timeZone: "Europe/Atlantis" })).to.throw(RangeError);
  });

  // 02:00 becomes 03:00 on 29 March 2026 at 01:00 UTC in Berlin, and on 8 March at 07:00 UTC in New York.
  describe("when the clocks go forward", () => {
    it("is an hour shorter", () => {
      expect(quiet("2026-03-28T21:00:00Z", { timeZone: "Europe/Berlin" })).to.equal("2026-03-29T06:00:00.000Z");
      expect(quiet("2026-03-08T03:00:00Z", { timeZone: "America/New_York" })).to.equal("2026-03-08T12:00:00.000Z");
    });

    it("ends with a jump over its end", () => {
      const until0230 = { from: "22:00:00", to: "02:30:00" };
      expect(quiet("2026-03-29T00:59:59Z", { ...until0230, timeZone: "Europe/Berlin" })).to.equal("2026-03-29T01:00:00.000Z");
      expect(quiet("2026-03-29T01:00:00Z", { ...until0230, timeZone: "Europe/Berlin" })).to.equal(undefined);
      expect(quiet("2026-03-08T06:59:59Z", { ...until0230, timeZone: "America/New_York" })).to.equal("2026-03-08T07:00:00.000Z");
      expect(quiet("2026-03-08T07:00:00Z", { ...until0230, timeZone: "America/New_York" })).to.equal(undefined);
    });

    // The clocks jump exactly at the end of the quiet time, so the end is that transition and not an earlier one.
    it("ends with the jump if the clocks go forward exactly at its end", () => {
      const until0200 = { from: "22:00:00", to: "02:00:00" };
      expect(quiet("2027-03-28T00:30:00Z", { ...until0200, timeZone: "Europe/Berlin" })).to.equal("2027-03-28T01:00:00.000Z");
      expect(quiet("2027-03-14T06:30:00Z", { ...until0200, timeZone: "America/New_York" })).to.equal("2027-03-14T07:00:00.000Z");
    });

    it("begins with a jump over its start, and is left out if the clocks jump over all of it", () => {
      const from0230 = { from: "02:30:00", to: "04:00:00", timeZone: "Europe/Berlin" };
      expect(quiet("2026-03-29T00:59:59Z", from0230)).to.equal(undefined);
      expect(quiet("2026-03-29T01:00:00Z", from0230)).to.equal("2026-03-29T02:00:00.000Z");
      expect(quiet("2026-03-29T01:00:00Z", { ...from0230, to: "02:45:00" })).to.equal(undefined);
    });
  });

  // 03:00 becomes 02:00 on 25 October 2026 at 01:00 UTC in Berlin; 02:00 becomes 01:00 on 1 November at 06:00 UTC in New York.
  describe("when the clocks go back", () => {
    it("is an hour longer", () => {
      expect(quiet("2026-10-24T20:00:00Z", { timeZone: "Europe/Berlin" })).to.equal("2026-10-25T07:00:00.000Z");
      expect(quiet("2026-11-01T02:00:00Z", { timeZone: "America/New_York" })).to.equal("2026-11-01T13:00:00.000Z");
    });

    it("is judged by what the clock shows in both of the repeated hours", () => {
      const berlin = { from: "22:00:00", to: "02:30:00", timeZone: "Europe/Berlin" };
      expect(quiet("2026-10-25T00:10:00Z", berlin)).to.equal("2026-10-25T00:30:00.000Z");
      expect(quiet("2026-10-25T00:30:00Z", berlin)).to.equal(undefined);
      expect(quiet("2026-10-25T01:00:00Z", berlin)).to.equal("2026-10-25T01:30:00.000Z");
      expect(quiet("2026-10-25T01:30:00Z", berlin)).to.equal(undefined);
      const newYork = { from: "22:00:00", to: "01:30:00", timeZone: "America/New_York" };
      expect(quiet("2026-11-01T05:10:00Z", newYork)).to.equal("2026-11-01T05:30:00.000Z");
      expect(quiet("2026-11-01T06:10:00Z", newYork)).to.equal("2026-11-01T06:30:00.000Z");
    });
  });
});

/*
 * The oracle steps through the minutes and compares what the zone's clock shows. It takes
 * the zone's offsets from Intl, so that it does not depend on Temporal.
 */
describe("quietUntil at every change of a clock, in every time zone", function () {
  this.timeout(120_000);
  const dayMinutes = 1_440;
  const minuteMs = 60_000;
  /** The step of the search for transitions. No zone changes its clock twice within one step. */
  const stepMs = 5 * dayMinutes * minuteMs;
  const from = Date.parse("2026-12-01T00:00:00Z");
  const to = Date.parse("2028-01-01T00:00:00Z");

  /** Returns a function that tells by how many minutes the zone's clock is ahead of UTC. */
  const offsetReader = (timeZone: string): ((at: number) => number) => {
    const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
    return (at) => {
      const text = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
      const [, sign = "+", hours = "0", minutes = "0"] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(text) ?? [];
      return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    };
  };

  /** Returns the zone's transitions: the first minute with the new offset, and the offsets before and after it. */
  const transitionsOf = (timeZone: string): { at: number; before: number; after: number }[] => {
    const offsetAt = offsetReader(timeZone);
    const found: { at: number; before: number; after: number }[] = [];
    for (let begin = from; begin < to; begin += stepMs) {
      const [before, after] = [offsetAt(begin), offsetAt(begin + stepMs)];
      if (before === after) continue;
      let [low, high] = [begin, begin + stepMs];
      while (high - low > minuteMs) {
        const middle = low + Math.floor((high - low) / minuteMs / 2) * minuteMs;
        if (offsetAt(middle) === before) low = middle;
        else high = middle;
      }
      found.push({ at: high, before, after });
    }
    return found;
  };

  it("returns the first moment after now at which the clock shows the end or jumps over it", () => {
    const seen = new Set<string>();
    for (const timeZone of Intl.supportedValuesOf("timeZone")) {
      for (const { at, before, after } of transitionsOf(timeZone)) {
        // Many zones have the same transitions, so each kind of transition is tried once.
        const clock = [(at / minuteMs) % dayMinutes, before, after].join();
        if (seen.has(clock)) continue;
        seen.add(clock);
        const now = at - 90 * minuteMs;
        const minuteOfDay = (time: number): number => {
          const local = time / minuteMs + (time < at ? before : after);
          return ((local % dayMinutes) + dayMinutes) % dayMinutes;
        };
        const shownNow = minuteOfDay(now);
        for (let end = 0; end < dayMinutes; end += 1) {
          // Every minute from the hours around the change, and some of the others.
          const afterNow = (end - shownNow + dayMinutes) % dayMinutes;
          if (afterNow === 0 || (afterNow > 4 * 60 && end % 13 !== 0)) continue;
          let expected = now;
          // Each step moves the clock by a minute, or by a jump. The clock has reached the end if the end lies
          // in the minutes that it moved over.
          for (let passed = 0; ;) {
            const shown = minuteOfDay(expected);
            expected += minuteMs;
            const moved = expected === at ? 1 + after - before : 1;
            const toEnd = (((end - shown) % dayMinutes) + dayMinutes) % dayMinutes;
            if (minuteOfDay(expected) === end || (toEnd > 0 && toEnd <= moved)) break;
            passed += 1;
            if (passed > 3 * dayMinutes) throw new Error("the oracle never reached the end");
          }
          const clockText = (minute: number): string =>
            `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}:00`;
          const actual = quietUntil(new Date(now), { from: clockText(shownNow), to: clockText(end), timeZone });
          if (actual?.getTime() !== expected) {
            expect.fail(
              `${timeZone} at ${new Date(now).toISOString()} until ${clockText(end)}: ${actual?.toISOString()} instead of ${new Date(expected).toISOString()}`,
            );
          }
        }
      }
    }
    expect(seen.size).to.be.greaterThan(20);
  });
});

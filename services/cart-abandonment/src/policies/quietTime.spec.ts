import { expect } from "chai";
import { type QuietTime, quietUntil } from "./quietTime.ts";

const night: QuietTime = { from: "22:00:00", to: "08:00:00", timeZone: "UTC" };

const quiet = (now: string, changes: Partial<QuietTime> = {}): string | undefined =>
  quietUntil(new Date(now), { ...night, ...changes })?.toISOString();

describe("quietUntil", () => {
  it("goes across midnight, from its start on and until its end", () => {
    expect(quiet("2026-06-10T21:59:59.999Z")).to.equal(undefined);
    expect(quiet("2026-06-10T22:00:00.000Z")).to.equal("2026-06-11T08:00:00.000Z");
    expect(quiet("2026-06-10T23:59:59.999Z")).to.equal("2026-06-11T08:00:00.000Z");
    expect(quiet("2026-06-11T00:00:00.000Z")).to.equal("2026-06-11T08:00:00.000Z");
    expect(quiet("2026-06-11T07:59:59.999Z")).to.equal("2026-06-11T08:00:00.000Z");
    expect(quiet("2026-06-11T08:00:00.000Z")).to.equal(undefined);
  });

  it("begins or ends at midnight", () => {
    const evening = { from: "18:30:00", to: "00:00:00" };
    expect(quiet("2026-12-31T18:30:00Z", evening)).to.equal("2027-01-01T00:00:00.000Z");
    expect(quiet("2027-01-01T00:00:00Z", evening)).to.equal(undefined);
    const earlyHours = { from: "00:00:00", to: "06:00:00" };
    expect(quiet("2026-12-31T23:59:59Z", earlyHours)).to.equal(undefined);
    expect(quiet("2027-01-01T00:00:00Z", earlyHours)).to.equal("2027-01-01T06:00:00.000Z");
  });

  it("lies within a day", () => {
    const noon = { from: "12:00:00", to: "13:30:15" };
    expect(quiet("2026-06-10T11:59:59Z", noon)).to.equal(undefined);
    expect(quiet("2026-06-10T12:00:00Z", noon)).to.equal("2026-06-10T13:30:15.000Z");
    expect(quiet("2026-06-10T13:30:15Z", noon)).to.equal(undefined);
  });

  it("never is when it ends as it begins", () => {
    for (const hour of ["00", "08", "12", "23"])
      expect(quiet(`2026-06-10T${hour}:00:00Z`, { from: "08:00:00", to: "08:00:00" })).to.equal(undefined);
  });

  it("is the local one", () => {
    expect(quiet("2026-06-10T20:00:00Z", { timeZone: "Europe/Berlin" })).to.equal("2026-06-11T06:00:00.000Z");
    expect(quiet("2026-06-10T20:00:00Z", { timeZone: "America/New_York" })).to.equal(undefined);
    expect(quiet("2026-06-11T02:00:00Z", { timeZone: "America/New_York" })).to.equal("2026-06-11T12:00:00.000Z");
    expect(quiet("2026-06-10T16:15:00Z", { timeZone: "Asia/Kathmandu" })).to.equal("2026-06-11T02:15:00.000Z");
  });

  it("does not know every time zone", () => {
    expect(() => quiet("2026-06-10T20:00:00Z", { timeZone: "Europe/Atlantis" })).to.throw(RangeError);
  });

  // 02:00 becomes 03:00 on 29 March 2026 at 01:00 UTC in Berlin, and on 8 March at 07:00 UTC in New York.
  describe("when the clocks go forward", () => {
    it("is an hour shorter", () => {
      expect(quiet("2026-03-28T21:00:00Z", { timeZone: "Europe/Berlin" })).to.equal("2026-03-29T06:00:00.000Z");
      expect(quiet("2026-03-08T03:00:00Z", { timeZone: "America/New_York" })).to.equal("2026-03-08T12:00:00.000Z");
    });

    it("ends with the jump over its end", () => {
      const until0230 = { from: "22:00:00", to: "02:30:00" };
      expect(quiet("2026-03-29T00:59:59Z", { ...until0230, timeZone: "Europe/Berlin" })).to.equal("2026-03-29T01:00:00.000Z");
      expect(quiet("2026-03-29T01:00:00Z", { ...until0230, timeZone: "Europe/Berlin" })).to.equal(undefined);
      expect(quiet("2026-03-08T06:59:59Z", { ...until0230, timeZone: "America/New_York" })).to.equal("2026-03-08T07:00:00.000Z");
      expect(quiet("2026-03-08T07:00:00Z", { ...until0230, timeZone: "America/New_York" })).to.equal(undefined);
    });

    it("begins with the jump over its start, and is left out when the jump is over all of it", () => {
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

    it("goes by what the clock shows in each of the two hours that it shows twice", () => {
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

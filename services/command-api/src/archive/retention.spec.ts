import { expect } from "chai";
import { retentionOf } from "./retention.ts";

const now = new Date("2026-06-30T12:00:00.000Z");

describe("retentionOf", () => {
  it("keeps every cart for ever without settings", () => {
    const { cutoffOf, latest } = retentionOf({}, now);
    expect([cutoffOf("shop"), latest]).to.deep.equal([undefined, undefined]);
  });

  it("gives a tenant its own days, and every other one the default", () => {
    const { cutoffOf, latest } = retentionOf({ ARCHIVE_AFTER_DAYS: 90, ARCHIVE_TENANTS: "shop-1:30, a%3Ab%2Cc:0.5,shop-2:never" }, now);
    expect(cutoffOf("shop")?.toISOString()).to.equal("2026-04-01T12:00:00.000Z");
    expect(cutoffOf("shop-1")?.toISOString()).to.equal("2026-05-31T12:00:00.000Z");
    expect(cutoffOf("a:b,c")?.toISOString()).to.equal("2026-06-30T00:00:00.000Z");
    expect(cutoffOf("shop-2")).to.equal(undefined);
    expect(latest?.toISOString()).to.equal("2026-06-30T00:00:00.000Z");
  });

  for (const tenants of ["shop", "shop:", ":30", "shop:-1", "shop:soon"])
    it(`refuses the tenants ${JSON.stringify(tenants)}`, () =>
      expect(() => retentionOf({ ARCHIVE_TENANTS: tenants }, now)).to.throw(/expected tenant:days/));
});

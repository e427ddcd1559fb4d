import { readFileSync } from "node:fs";
import { createEventCodec } from "@cart/domain";
import { expect } from "chai";
import { giftWrapCatalog } from "./changedEvent.ts";

const fixture = (version: number) =>
  JSON.parse(readFileSync(new URL(`fixtures/GiftWrapChosen.v${version}.json`, import.meta.url), "utf8")) as {
    readonly stored: object;
    readonly current: object;
  };

describe("a changed event", () => {
  const codec = createEventCodec(giftWrapCatalog);

  it("has a fixture of each version that was ever stored", () => {
    for (let version = 1; version <= codec.currentVersion("GiftWrapChosen"); version += 1)
      expect(fixture(version)).to.have.keys("stored", "current");
  });

  for (const schemaVersion of [1, 2]) {
    it(`reads version ${schemaVersion} in its current shape`, () => {
      const { stored, current } = fixture(schemaVersion);
      expect(codec.decode({ type: "GiftWrapChosen", schemaVersion, data: stored }).data).to.deep.equal(current);
    });
  }

  it("stores version 2 only", () => {
    expect(codec.currentVersion("GiftWrapChosen")).to.equal(2);
    expect(() => codec.decode({ type: "GiftWrapChosen", schemaVersion: 1, data: fixture(2).stored })).to.throw("does not match its schema");
  });
});

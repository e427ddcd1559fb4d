import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { cartEventCodec } from "./cartAggregate.ts";
import { cartEventCatalog } from "./cartEvents.ts";

/*
 * `fixtures/TYPE.vN.json`: `stored` is an event's data as this version was once
 * appended, `current` is what it is read as today. A fixture is never changed but
 * for its `current`, and never deleted.
 */
const folder = new URL("fixtures/", import.meta.url);

type Fixture = { readonly stored: object; readonly current: object };
const read = (file: string): Fixture => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Fixture;

describe("cart events", () => {
  const versions = Object.entries(cartEventCatalog).flatMap(([type, event]) =>
    event.versions.map((_, index) => ({ type, schemaVersion: index + 1, file: `${type}.v${index + 1}.json` })),
  );

  it("have a stored fixture of every version, and no other", () => {
    expect(readdirSync(folder).toSorted()).to.deep.equal(versions.map(({ file }) => file).toSorted());
  });

  for (const { type, schemaVersion, file } of versions) {
    it(`${type} version ${schemaVersion} is read as its current version`, () => {
      const { stored, current } = read(file);
      const event = cartEventCodec.decode({ type, schemaVersion, data: stored });
      expect(event).to.deep.equal({ type, data: current });
      cartEventCodec.assertValid(event);
    });
  }
});

import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { cartEventCodec } from "./cart/cartAggregate.ts";
import { type AggregateType, eventCatalogs } from "./eventCatalogs.ts";
import type { EncodedEvent } from "./events/eventCodec.ts";
import { tenantPolicyEventCodec } from "./tenantPolicy/tenantPolicyAggregate.ts";

/*
 * `FOLDER/fixtures/TYPE.vN.json`: `stored` is an event's data as this version was once
 * appended, `current` is what it is read as today. A fixture is never changed but for
 * its `current`, and never deleted.
 */
type Aggregate = { readonly folder: string; readonly decodeValid: (stored: EncodedEvent) => unknown };

const aggregates: Readonly<Record<AggregateType, Aggregate>> = {
  Cart: {
    folder: "cart",
    decodeValid: (stored) => {
      const event = cartEventCodec.decode(stored);
      cartEventCodec.assertValid(event);
      return event;
    },
  },
  TenantPolicy: {
    folder: "tenantPolicy",
    decodeValid: (stored) => {
      const event = tenantPolicyEventCodec.decode(stored);
      tenantPolicyEventCodec.assertValid(event);
      return event;
    },
  },
};

type Fixture = { readonly stored: object; readonly current: object };
const read = (file: URL): Fixture => JSON.parse(readFileSync(file, "utf8")) as Fixture;

for (const [aggregateType, catalog] of Object.entries(eventCatalogs)) {
  describe(`events of a ${aggregateType}`, () => {
    const { folder, decodeValid } = aggregates[aggregateType as AggregateType];
    const fixtures = new URL(`${folder}/fixtures/`, import.meta.url);
    const versions = Object.entries(catalog).flatMap(([type, event]) =>
      event.versions.map((_, index) => ({ type, schemaVersion: index + 1, file: `${type}.v${index + 1}.json` })),
    );

    it("have a stored fixture of every version, and no other", () => {
      expect(readdirSync(fixtures).toSorted()).to.deep.equal(versions.map(({ file }) => file).toSorted());
    });

    for (const { type, schemaVersion, file } of versions) {
      it(`${type} version ${schemaVersion} is read as its current version`, () => {
        const { stored, current } = read(new URL(file, fixtures));
        expect(decodeValid({ type, schemaVersion, data: stored })).to.deep.equal({ type, data: current });
      });
    }
  });
}

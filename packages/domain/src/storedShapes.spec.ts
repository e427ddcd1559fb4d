import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import type { Aggregate } from "./aggregate.ts";
import { cartAggregate } from "./cart/cartAggregate.ts";
import { type AggregateType, eventCatalogs } from "./eventCatalogs.ts";
import type { DomainEvent } from "./events/eventCatalog.ts";
import type { EncodedEvent } from "./events/eventCodec.ts";
import { tenantInFirstEvent } from "./ownership.ts";
import { tenantPolicyAggregate } from "./tenantPolicy/tenantPolicyAggregate.ts";

/*
 * `FOLDER/fixtures/TYPE.vN.json`: `stored` is an event's data as this version was once
 * appended, and `current` is its current form after all upcasts. In a fixture only `current`
 * may change, and a fixture is never deleted.
 *
 * `FOLDER/snapshots/vN.json`: the members that a snapshot of this schema version has for
 * each status of its aggregate, with their types. The file is never changed: a state with other
 * members needs the next schema version, because carts with an older snapshot would lack them.
 */
type Fixture = { readonly stored: object; readonly current: object };
/** By status, and then by the member's path. */
type Shape = Readonly<Record<string, Readonly<Record<string, string>>>>;

const readJson = (file: URL): unknown => JSON.parse(readFileSync(file, "utf8"));

/** The part of an aggregate that this spec uses, without the types of its state and events. */
type StoredAggregate = {
  readonly folder: string;
  readonly snapshotVersion: number;
  /** Reads an event, and validates its current form. */
  readonly decode: (stored: EncodedEvent) => DomainEvent;
  /** Folds the events in every order that they can have; returns the snapshots of all states, and the events that fit no state. */
  readonly explore: (events: readonly EncodedEvent[]) => {
    readonly snapshots: readonly unknown[];
    readonly unused: readonly EncodedEvent[];
    /** The events that can begin a stream. */
    readonly beginnings: readonly EncodedEvent[];
  };
};

const storedAggregate = <State, Command, Event extends DomainEvent>(
  folder: string,
  { codec, decider, snapshots }: Aggregate<State, Command, Event>,
): StoredAggregate => ({
  folder,
  snapshotVersion: snapshots.schemaVersion,
  decode: (stored) => {
    const event = codec.decode(stored);
    codec.assertValid(event);
    return event;
  },
  explore: (events) => {
    const reached = new Map<string, unknown>();
    const used = new Set<EncodedEvent>();
    const beginnings = new Set<EncodedEvent>();
    const visit = (state: State): void => {
      const snapshot: unknown = JSON.parse(JSON.stringify(snapshots.toJson(state)));
      // Only one state of each shape is folded further, because every new value would make a new state.
      const shape = JSON.stringify(shapeOf([snapshot]));
      if (reached.has(shape)) return;
      reached.set(shape, snapshot);
      for (const encoded of events) {
        let next: State;
        try {
          next = decider.evolve(state, codec.decode(encoded));
        } catch {
          continue; // This event cannot follow this state.
        }
        used.add(encoded);
        if (state === decider.initialState) beginnings.add(encoded);
        visit(next);
      }
    };
    visit(decider.initialState);
    return { snapshots: [...reached.values()], unused: events.filter((event) => !used.has(event)), beginnings: [...beginnings] };
  },
});

const aggregates: Readonly<Record<AggregateType, StoredAggregate>> = {
  Cart: storedAggregate("cart", cartAggregate),
  TenantPolicy: storedAggregate("tenantPolicy", tenantPolicyAggregate),
};

const shapeOf = (snapshots: readonly unknown[]): Shape => {
  const types = new Map<string, Map<string, Set<string>>>();
  for (const snapshot of snapshots) {
    const members = membersOf(snapshot);
    const status = String(members.find(({ path }) => path === "status")?.value);
    const ofStatus = types.get(status) ?? new Map<string, Set<string>>();
    types.set(status, ofStatus);
    for (const { path, value } of members) ofStatus.set(path, (ofStatus.get(path) ?? new Set()).add(typeName(value)));
  }
  return Object.fromEntries(
    [...types].map(([status, members]) => [
      status,
      Object.fromEntries([...members].map(([path, names]) => [path, [...names].toSorted((a, b) => (a < b ? -1 : 1)).join(" | ")])),
    ]),
  );
};

/** Lists the paths of all members, also of nested members and of the elements of lists: `lines[].name`. */
const membersOf = (json: unknown, path = ""): readonly { readonly path: string; readonly value: unknown }[] => {
  const own = path === "" ? [] : [{ path, value: json }];
  if (Array.isArray(json)) return [...own, ...json.flatMap((element: unknown) => membersOf(element, `${path}[]`))];
  if (typeof json !== "object" || json === null) return own;
  return [...own, ...Object.entries(json).flatMap(([name, value]) => membersOf(value, path === "" ? name : `${path}.${name}`))];
};

const typeName = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "list" : typeof value);

for (const [aggregateType, catalog] of Object.entries(eventCatalogs)) {
  describe(`stored shapes of a ${aggregateType}`, () => {
    const { folder, snapshotVersion, decode, explore } = aggregates[aggregateType as AggregateType];
    const fixtures = new URL(`${folder}/fixtures/`, import.meta.url);
    const versions = Object.entries(catalog).flatMap(([type, event]) =>
      event.versions.map((_, index) => ({ type, schemaVersion: index + 1, file: `${type}.v${index + 1}.json` })),
    );
    const fixtureOf = (file: string): Fixture => readJson(new URL(file, fixtures)) as Fixture;

    it("have a stored fixture of every version of every event, and no other fixture", () => {
      expect(readdirSync(fixtures).toSorted()).to.deep.equal(versions.map(({ file }) => file).toSorted());
    });

    for (const { type, schemaVersion, file } of versions) {
      it(`${type} version ${schemaVersion} is read as its current version`, () => {
        const { stored, current } = fixtureOf(file);
        expect(decode({ type, schemaVersion, data: stored })).to.deep.equal({ type, data: current });
      });
    }

    it("have snapshots with the members of their schema version, whichever of the stored events were folded", () => {
      const events = versions.map(({ type, schemaVersion, file }) => ({ type, schemaVersion, data: fixtureOf(file).stored }));
      const { snapshots, unused } = explore(events);
      expect(unused, "events that can follow no state that the others lead to: give them a fixture that can").to.deep.equal([]);
      const pinned = readJson(new URL(`${folder}/snapshots/v${snapshotVersion}.json`, import.meta.url));
      expect(shapeOf(snapshots), "the state has changed: raise the schemaVersion of its snapshots, and pin its members").to.deep.equal(
        pinned,
      );
    });

    it("begin with an event that names the tenant, where SQL finds it in every version", () => {
      const events = versions.map(({ type, schemaVersion, file }) => ({ type, schemaVersion, data: fixtureOf(file).stored }));
      const { beginnings } = explore(events);
      expect(beginnings).to.have.length.above(0);
      const member = tenantInFirstEvent.slice("$.".length);
      for (const { type, schemaVersion, data } of beginnings)
        expect(data, `${type} v${schemaVersion}`).to.have.property(member).that.is.a("string");
    });
  });
}

import { type Cart, cartAggregate, type CartEvent, type DomainEvent, tenantPolicyAggregate } from "@cart/domain";
import { migrateEventStore } from "@cart/migrations";
import { openMysqlPool, type ReadRows, readRowsFrom } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { type EventStoreTables, eventRow, eventStoreTables } from "../testing/eventStoreTables.ts";
import { createStreamFolder, foldAllStreams, foldStreams, type StreamFold } from "./foldStreams.ts";
import { loadStreamAt } from "./loadStreamAt.ts";
import { loadStreams } from "./loadStreams.ts";
import type { PageLimits } from "./readPage.ts";
import { readRanges } from "./readRanges.ts";
import { readLastOfType, readStream } from "./readStream.ts";
import { StreamDamagedError } from "./streamDamagedError.ts";

const cartId = (n: number): string => `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`;

const created: CartEvent = { type: "CartCreated", data: { user_id: "user-1", tenant_id: "shop-1", currency: "USD" } };
/** Returns an event whose data has about as many bytes as its item's name has characters. */
const added = (characters = 1): CartEvent => ({
  type: "ItemAddedToCart",
  data: { line_id: "a", item_id: "a", name: "x".repeat(characters), quantity: 1, unit_price: 1, previous_unit_price: null },
});

const ample: PageLimits = { maxEvents: 1_000, maxBytes: 1_000_000 };

describe("reading streams", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  let read: ReadRows;
  let tables: EventStoreTables;
  before(() => {
    pool = openMysqlPool({ url: database.url(), connectionLimit: 2, multipleStatements: true });
    read = readRowsFrom(pool);
    tables = eventStoreTables(pool);
  });
  after(() => pool.end());
  beforeEach(() => tables.clear());

  const store = (id: string, ...events: readonly CartEvent[]): Promise<void> =>
    tables.events.insert(
      events.map(({ type, data }, index) =>
        eventRow({
          aggregate_id: id,
          version: index + 1,
          event_type: type,
          schema_version: cartAggregate.codec.currentVersion(type),
          event_data: data,
          created_at: new Date(1_000 * (index + 1)),
        }),
      ),
    );
  const storeSome = async (): Promise<void> => {
    await store(cartId(2), created, added(), added());
    await store(cartId(1), created, added());
    await store(cartId(3), created);
  };
  const errorOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined).catch((error: unknown) => error);

  describe("by ranges", () => {
    it("returns the recorded events of each range, in the ranges' order", async () => {
      await storeSome();
      const ranges = [
        { aggregateId: cartId(2), after: 1 },
        { aggregateId: cartId(1), after: 0, upTo: 1 },
        { aggregateId: cartId(2), after: 0, upTo: 2 },
        { aggregateId: cartId(9), after: 0 },
      ];
      const slices = await readRanges(read, cartAggregate, ranges, ample);
      expect(slices.map(({ events }) => events.map(({ version }) => version))).to.deep.equal([[2, 3], [1], [1, 2], []]);
      expect(slices.every(({ isWhole, damage }) => isWhole && damage === undefined)).to.equal(true);
      expect(slices[1]?.events[0]).to.deep.include({
        aggregateType: "Cart",
        aggregateId: cartId(1),
        version: 1,
        occurredAt: new Date(1_000),
        metadata: { correlation_id: "request-1", causation_id: "command-1" },
        event: created,
      });
      expect(slices[0]?.events[0], "decoded once").to.equal(slices[2]?.events[1]);
    });

    it("tells which ranges did not fit the limits", async () => {
      await storeSome();
      const ranges = [1, 2, 3].map((n) => ({ aggregateId: cartId(n), after: 0 }));
      const slices = await readRanges(read, cartAggregate, ranges, { ...ample, maxEvents: 3 });
      expect(slices.map(({ events, isWhole }) => [events.length, isWhole])).to.deep.equal([
        [2, true],
        [1, false],
        [0, false],
      ]);
    });

    it("ends before an event that exceeds the bytes, but never before the first event", async () => {
      await store(cartId(1), created, added(10), added(10), added(250), added());
      const versionsAfter = async (after: number): Promise<unknown> => {
        const limits = { ...ample, maxBytes: 340 };
        const { events, isWhole } = await readStream(read, cartAggregate, { aggregateId: cartId(1), after }, limits);
        return [events.map(({ version }) => version), isWhole];
      };
      expect(await versionsAfter(0)).to.deep.equal([[1, 2, 3], false]);
      expect(await versionsAfter(3)).to.deep.equal([[4], false]);
      expect(await versionsAfter(4)).to.deep.equal([[5], true]);
      expect(await versionsAfter(5)).to.deep.equal([[], true]);
    });

    it("finds the last event of a type up to a version", async () => {
      await store(cartId(1), created, added(), { type: "CartCleared", data: {} }, added());
      const last = async (upTo?: number) =>
        (
          await readLastOfType(read, cartAggregate, {
            aggregateId: cartId(1),
            type: "ItemAddedToCart",
            ...(upTo === undefined ? {} : { upTo }),
          })
        )?.version;
      expect([await last(), await last(3), await last(1)]).to.deep.equal([4, 2, undefined]);
    });
  });

  describe("from snapshots", () => {
    const every = cartAggregate.snapshots.everyEvents;
    const length = 3 * every + 50;
    const { decider, snapshots } = cartAggregate;
    const events = [created, ...Array.from({ length: length - 1 }, (_, n) => added(1 + (n % 3)))];
    const stateAt = (version: number): Cart => events.slice(0, version).reduce(decider.evolve, decider.initialState);
    const storeSnapshots = (...versions: readonly number[]): Promise<void> =>
      tables.snapshots.insert(
        versions.map((version) => ({
          aggregate_id: cartId(1),
          aggregate_type: "Cart",
          version,
          schema_version: snapshots.schemaVersion,
          state: snapshots.toJson(stateAt(version)),
        })),
      );
    /** A reader that counts the events that it read. */
    const counted = (): { readonly read: ReadRows; readonly events: () => number } => {
      let count = 0;
      return {
        read: async (statement, keepWhile) => {
          const rows = await read(statement, keepWhile);
          count += rows.filter((row) => "event_type" in row).length;
          return rows;
        },
        events: () => count,
      };
    };

    it("reads a past version from the snapshot before it, and at most one interval of events", async () => {
      await store(cartId(1), ...events);
      await storeSnapshots(every, 2 * every, 3 * every);
      for (const version of [1, every - 1, every, every + 1, 2 * every - 1, 3 * every - 1, 3 * every + 1, length]) {
        const reader = counted();
        const signal = new AbortController().signal;
        const past = await loadStreamAt(reader.read, cartAggregate, { aggregateId: cartId(1), version, signal }, ample);
        expect(past?.state, String(version)).to.deep.equal(stateAt(version));
        expect(reader.events(), String(version)).to.be.at.most(every);
      }
    });

    it("asks for few of the events that do not fit into a page, because the server sends all that it is asked for", async () => {
      await store(cartId(1), ...events);
      let asked = 0;
      const counting: ReadRows = (statement, keepWhile) => {
        const limit = statement.values?.at(-1);
        if (statement.sql.endsWith("LIMIT ?") && typeof limit === "number") asked += limit;
        return read(statement, keepWhile);
      };
      const signal = new AbortController().signal;
      const twoAtOnce = { maxEvents: 1_000, maxBytes: 250 };
      const past = await loadStreamAt(counting, cartAggregate, { aggregateId: cartId(1), version: 60, signal }, twoAtOnce);
      expect(past?.state).to.deep.equal(stateAt(60));
      expect(asked).to.be.below(60 * 5);
    });

    it("loads the newest state from the newest snapshot of the current form", async () => {
      await store(cartId(1), ...events);
      await store(cartId(2), created);
      await storeSnapshots(every, 2 * every);
      await tables.snapshots.insert([
        { aggregate_id: cartId(1), aggregate_type: "Cart", version: 3 * every, schema_version: snapshots.schemaVersion - 1, state: {} },
      ]);
      const loaded = await loadStreams(pool, cartAggregate, [cartId(1), cartId(2), cartId(3)]);
      expect(loaded.get(cartId(1))).to.deep.include({ state: stateAt(length), version: length, snapshotVersion: 2 * every });
      expect([loaded.get(cartId(2))?.version, loaded.get(cartId(3))?.version]).to.deep.equal([1, 0]);
    });

    it("refuses to load states that take too much memory together, from events and from snapshots", async () => {
      for (const n of [1, 2, 3]) await store(cartId(n), ...events);
      const ids = [cartId(1), cartId(2), cartId(3)];
      const each = cartAggregate.memoryBytes(stateAt(length));
      expect((await loadStreams(pool, cartAggregate, ids, { maxBytes: 3 * each })).size).to.equal(3);
      expect(await errorOf(loadStreams(pool, cartAggregate, ids, { maxBytes: 3 * each - 1 }))).to.include({
        name: "StreamsTooLargeError",
        fitting: 2,
      });
      await storeSnapshots(every);
      expect(await errorOf(loadStreams(pool, cartAggregate, ids, { maxBytes: 10 }))).to.include({
        name: "StreamsTooLargeError",
        fitting: 0,
      });
    });
  });

  describe("that are damaged", () => {
    const damages: readonly [what: string, damage: () => Promise<unknown>, code: string, version: number][] = [
      ["has a gap", () => tables.events.remove({ version: 2 }), "VERSION_GAP", 3],
      ["has lost its first event", () => tables.events.remove({ version: 1 }), "VERSION_GAP", 2],
      ["has a type that is not known", () => tables.events.change({ event_type: "CartPainted" }, { version: 2 }), "UNKNOWN_EVENT_TYPE", 2],
      ["has a form that is not known", () => tables.events.change({ schema_version: 9 }, { version: 2 }), "UNKNOWN_SCHEMA_VERSION", 2],
      ["has data that is not its type's", () => tables.events.change({ event_data: {} }, { version: 2 }), "INVALID_EVENT_DATA", 2],
    ];
    for (const [what, damage, code, version] of damages) {
      it(`reports in every way of reading that a stream ${what}`, async () => {
        await store(cartId(1), created, added(), added());
        await damage();
        const range = { aggregateId: cartId(1), after: 0 };
        const [slice] = await readRanges(read, cartAggregate, [range], ample);
        expect(slice?.events).to.have.length(Math.min(version, slice?.damage?.code === "VERSION_GAP" ? version - 1 : version) - 1);
        const signal = new AbortController().signal;
        const errors = [
          slice?.damage,
          await errorOf(readStream(read, cartAggregate, range, ample)),
          await errorOf(loadStreams(pool, cartAggregate, [cartId(1)])),
          await errorOf(loadStreamAt(read, cartAggregate, { aggregateId: cartId(1), version: 3, signal }, ample)),
          (await foldStreams(read, carts, [cartId(1)], ample))[0]?.damage,
        ];
        for (const error of errors) {
          expect(error).to.be.instanceOf(StreamDamagedError);
          expect(error).to.deep.include({ code, version, stream: { aggregateType: "Cart", aggregateId: cartId(1) } });
        }
      });
    }

    it("reports an event without metadata to every reader of recorded events", async () => {
      await store(cartId(1), created);
      await tables.events.change({ metadata: {} });
      expect(await errorOf(readStream(read, cartAggregate, { aggregateId: cartId(1), after: 0 }, ample))).to.have.property(
        "code",
        "INVALID_METADATA",
      );
    });

    it("reports an event that does not fit the state before it", async () => {
      await store(cartId(1), added());
      expect(await errorOf(loadStreams(pool, cartAggregate, [cartId(1)]))).to.deep.include({ code: "NOT_APPLICABLE", version: 1 });
    });

    it("do not affect other streams", async () => {
      await storeSome();
      await tables.events.remove({ aggregate_id: cartId(2), version: 2 });
      const ranges = [1, 2, 3].map((n) => ({ aggregateId: cartId(n), after: 0 }));
      const slices = await readRanges(read, cartAggregate, ranges, ample);
      expect(slices.map(({ events, damage }) => [events.length, damage?.code])).to.deep.equal([
        [2, undefined],
        [1, "VERSION_GAP"],
        [1, undefined],
      ]);
    });
  });

  type Counted = { readonly id: string; readonly events: number; readonly damage: StreamDamagedError | undefined };
  const counting = (id: string): StreamFold<DomainEvent, Counted> => {
    let events = 0;
    return { add: () => void (events += 1), end: (damage) => ({ id, events, damage }) };
  };
  const carts = createStreamFolder(cartAggregate, counting);
  const policies = createStreamFolder(tenantPolicyAggregate, counting);

  describe("all of them", () => {
    const pagesOf = async (limits: PageLimits) => {
      const pages = [];
      for await (const { results, events, through } of foldAllStreams(read, [carts, policies], limits)) {
        pages.push({ results: results.map(({ id, events: count }) => [id, count]), events, through });
      }
      return pages;
    };

    it("folds each stream once, whatever the size of the pages", async () => {
      await storeSome();
      for (const maxEvents of [1, 2, 3, 4, 6, 100]) {
        const pages = await pagesOf({ ...ample, maxEvents });
        expect(
          pages.flatMap(({ results }) => results),
          String(maxEvents),
        ).to.deep.equal([
          [cartId(1), 2],
          [cartId(2), 3],
          [cartId(3), 1],
        ]);
        expect(pages.every(({ events }) => events <= maxEvents)).to.equal(true);
        expect(pages.at(-1)?.through).to.equal(undefined);
      }
    });

    it("bounds a page in bytes as well", async () => {
      for (const n of [1, 2, 3, 4]) await store(cartId(n), created, added(200), added(200));
      const pages = await pagesOf({ ...ample, maxBytes: 500 });
      expect(pages.flatMap(({ results }) => results)).to.deep.equal([1, 2, 3, 4].map((n) => [cartId(n), 3]));
      expect(pages.every(({ events }) => events <= 2)).to.equal(true);
    });

    it("detects a gap between two pages", async () => {
      await store(cartId(1), created, added(), added());
      await tables.events.remove({ version: 2 });
      const [folded] = await foldStreams(read, carts, [cartId(1)], { ...ample, maxEvents: 1 });
      expect(folded).to.deep.include({ events: 1 });
      expect(folded?.damage).to.have.property("code", "VERSION_GAP");
    });
  });
});

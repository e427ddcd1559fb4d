import { type Cart, cartAggregate, type CartEvent } from "@cart/domain";
import { migrateEventStore } from "@cart/migrations";
import { type ReadRows, readRowsFrom } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { openEventStorePool } from "../openEventStorePool.ts";
import { type EventStoreTables, eventRow, eventStoreTables } from "../testing/eventStoreTables.ts";
import { fillSnapshots, missingVersions } from "./fillSnapshots.ts";
import { loadStreamAt } from "./loadStreamAt.ts";
import type { StreamDamagedError } from "./streamDamagedError.ts";

const cartId = (n: number): string => `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`;
const { decider, snapshots } = cartAggregate;
const every = snapshots.everyEvents;
const length = 3 * every + 50;

const events: readonly CartEvent[] = Array.from({ length }, (_, n) =>
  n === 0
    ? { type: "CartCreated", data: { user_id: "user-1", tenant_id: "shop-1", currency: "USD" } }
    : { type: "ItemAddedToCart", data: { line_id: `a-${n % 7}`, item_id: "a", quantity: 1, unit_price: 1, previous_unit_price: null } },
);
const stateAt = (version: number): Cart => events.slice(0, version).reduce(decider.evolve, decider.initialState);

describe("filling snapshots", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  let tables: EventStoreTables;
  before(() => {
    pool = openEventStorePool({ url: database.url(), connectionLimit: 2 });
    tables = eventStoreTables(pool);
  });
  after(() => pool.end());
  beforeEach(() => tables.clear());

  const store = (id: string, count: number): Promise<void> =>
    tables.events.insert(
      events.slice(0, count).map(({ type, data }, index) =>
        eventRow({
          aggregate_id: id,
          version: index + 1,
          event_type: type,
          schema_version: cartAggregate.codec.currentVersion(type),
          event_data: data,
        }),
      ),
    );
  const storeSnapshot = (id: string, version: number, schemaVersion = snapshots.schemaVersion): Promise<void> =>
    tables.snapshots.insert([
      { aggregate_id: id, aggregate_type: "Cart", version, schema_version: schemaVersion, state: snapshots.toJson(stateAt(version)) },
    ]);
  const fill = (onDamage: (damage: StreamDamagedError) => void = () => undefined, signal = new AbortController().signal) =>
    fillSnapshots({ pool, aggregate: cartAggregate, signal, onDamage });
  const versions = async (id: string): Promise<unknown[]> =>
    (await tables.snapshots.rows({ aggregate_id: id })).map(({ version }) => version);

  it("lets every version be read with at most one interval of events, and changes nothing a second time", async () => {
    await store(cartId(1), length);
    await store(cartId(2), every);
    expect(await fill()).to.deep.equal({ streams: 1, snapshots: 3, damaged: 0 });
    expect([await versions(cartId(1)), await versions(cartId(2))]).to.deep.equal([[every, 2 * every, 3 * every], []]);
    const signal = new AbortController().signal;
    for (const version of [1, every, every + 1, 2 * every - 1, 3 * every - 1, length]) {
      let count = 0;
      const counting: ReadRows = async (statement, keepWhile) => {
        const rows = await readRowsFrom(pool)(statement, keepWhile);
        count += rows.filter((row) => "event_type" in row).length;
        return rows;
      };
      const limits = { maxEvents: 1_000, maxBytes: 1_000_000 };
      const past = await loadStreamAt(counting, cartAggregate, { aggregateId: cartId(1), version, signal }, limits);
      expect(past?.state, String(version)).to.deep.equal(stateAt(version));
      expect(count, String(version)).to.be.at.most(every);
    }
    expect(await fill()).to.deep.equal({ streams: 0, snapshots: 0, damaged: 0 });
  });

  it("keeps the snapshots that exist, and replaces those in another form", async () => {
    await store(cartId(1), length);
    await storeSnapshot(cartId(1), every + 30);
    await storeSnapshot(cartId(1), every, snapshots.schemaVersion - 1);
    expect(await fill()).to.deep.equal({ streams: 1, snapshots: 3, damaged: 0 });
    expect(await versions(cartId(1))).to.deep.equal([every, every + 30, 2 * every + 30, 3 * every + 30]);
    expect(await tables.snapshots.count({ schema_version: snapshots.schemaVersion })).to.equal(4);
  });

  it("goes on behind a damaged stream, which gets its snapshots before the damage", async () => {
    await store(cartId(1), length);
    await tables.events.remove({ version: every + 10 });
    await store(cartId(2), length);
    const damages: StreamDamagedError[] = [];
    expect(await fill((damage) => damages.push(damage))).to.deep.equal({ streams: 2, snapshots: 4, damaged: 1 });
    expect(damages.map(({ code, version }) => [code, version])).to.deep.equal([["VERSION_GAP", every + 11]]);
    expect(await versions(cartId(1))).to.deep.equal([every]);
  });

  it("ends between two snapshots if it is interrupted", async () => {
    await store(cartId(1), length);
    const interrupted = await fill(undefined, AbortSignal.abort(new Error("interrupted"))).catch((error: unknown) => error);
    expect(interrupted).to.have.property("message", "interrupted");
    expect(await versions(cartId(1))).to.deep.equal([]);
  });

  it("misses no snapshot between others, before the first or behind the last", () => {
    expect(missingVersions([], 100, 100)).to.deep.equal([]);
    expect(missingVersions([], 101, 100)).to.deep.equal([100]);
    expect(missingVersions([100, 350], 450, 100)).to.deep.equal([200, 300]);
    expect(missingVersions([250], 460, 100)).to.deep.equal([100, 200, 350, 450]);
  });
});

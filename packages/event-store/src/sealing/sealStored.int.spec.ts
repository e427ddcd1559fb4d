import { randomBytes } from "node:crypto";
import { type AddItem, type Cart, cartAggregate, type CartCommand, type CartEvent, cartOwnership } from "@cart/domain";
import { migrateEventStore, migrateKeyStore } from "@cart/migrations";
import { openMysqlPool, readRowsFrom } from "@cart/mysql";
import { createKeyRing, destroyKeys, type KeyRing, localMasterKeys, openLookupKey, shopperHash } from "@cart/personal-data";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { type CommandHandler, createCommandHandler } from "../commands/commandHandler.ts";
import { openEventStorePool } from "../openEventStorePool.ts";
import { loadStreams } from "../streams/loadStreams.ts";
import { readStream } from "../streams/readStream.ts";
import type { StreamDamagedError } from "../streams/streamDamagedError.ts";
import { readOwner } from "../streams/streamOwners.ts";
import { eventStoreTables } from "../testing/eventStoreTables.ts";
import { countUnsealed, sealStored, type SealedStore, type SealStoredOptions } from "./sealStored.ts";
import { type StoredAggregate, withKeys } from "./storedAggregate.ts";

/** In every text that a client can choose and that may name a person. */
const marker = "MARKER";
const ann = `${marker}-ann`;
const metadata = { correlation_id: `${marker}-correlation`, causation_id: "command-1", actor: `${marker}-actor` };
const nothing = { events: 0, snapshots: 0, outbox: 0 };

const add = (changes: Partial<AddItem> = {}): AddItem => ({
  type: "AddItem",
  userId: ann,
  defaults: { tenantId: "shop", currency: "USD" },
  itemId: "tea",
  name: `${marker} tea`,
  attributes: { engraving: `For ${marker}` },
  quantity: 1,
  price: 5,
  ...changes,
});

const life: readonly CartCommand[] = [
  add(),
  { type: "ChangeDetails", attributes: { note: `${marker} note` } },
  { type: "SetAdjustments", adjustments: [{ kind: "discount", amount: -1, label: `${marker} label`, reference: `${marker}-reference` }] },
  { type: "ClaimCart", userId: `${marker}-customer` },
  { type: "SubmitCart" },
];

describe("sealing what is stored in plain text", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  const keyStore = useMysqlDatabase({ migrate: migrateKeyStore });
  const masterKeys = localMasterKeys(`one:${randomBytes(32).toString("base64")}`);
  let pool: Pool;
  let keyPool: Pool;
  before(() => {
    pool = openEventStorePool({ url: database.url(), connectionLimit: 10 });
    keyPool = openMysqlPool({ url: keyStore.url(), connectionLimit: 4 });
  });
  after(async () => {
    await pool.end();
    await keyPool.end();
  });
  afterEach("empty the event store", async () => {
    await eventStoreTables(pool).clear();
    await eventStoreTables(pool).moves.remove({ state: ["FROZEN", "MOVED"] });
  });

  type Stored = StoredAggregate<Cart, CartCommand, CartEvent>;
  type Handler = CommandHandler<Cart, CartCommand, CartEvent>;
  const newRing = (): KeyRing => createKeyRing({ pool: keyPool, database: keyStore.name(), masterKeys });
  /** Each stands for one process, with its own keys in memory. */
  const sealing = (): Stored => withKeys(cartAggregate, newRing(), true);
  const handlerOf = (aggregate: Stored): Handler =>
    createCommandHandler({ pool, aggregate, now: () => new Date("2026-11-26T12:00:00Z"), newEventId: () => uuidv7() });
  const live = async (handler: Handler, commands: readonly CartCommand[], aggregateId = uuidv7()): Promise<string> => {
    for (const command of commands) await handler.handle({ aggregateId, command, metadata });
    return aggregateId;
  };
  const seal = (options: Partial<SealStoredOptions<Cart, CartCommand, CartEvent>> = {}): Promise<SealedStore> =>
    sealStored({
      pool,
      aggregate: sealing(),
      signal: new AbortController().signal,
      report: () => undefined,
      onDamage: (damage: StreamDamagedError) => {
        throw damage;
      },
      ...options,
    });
  const dump = async (): Promise<string> => {
    const { events, outbox, snapshots } = eventStoreTables(pool);
    return JSON.stringify([await events.rows(), await outbox.rows(), await snapshots.rows()]);
  };
  const everythingOf = async (cart: string) => {
    const aggregate = sealing();
    const read = readRowsFrom(pool);
    return {
      state: (await loadStreams(pool, aggregate, [cart])).get(cart),
      history: (await readStream(read, aggregate, { aggregateId: cart, after: 0 }, { maxEvents: 500, maxBytes: 1_000_000 })).events,
      owner: await readOwner(read, { ...aggregate, ownership: cartOwnership }, cart),
    };
  };

  it("leaves no text of a person in events, snapshots and outbox, and changes nothing that is read", async () => {
    const plain = handlerOf(cartAggregate);
    const [long, short] = [await live(plain, [...life.slice(0, 3), ...Array.from({ length: 110 }, () => add())]), await live(plain, life)];
    const { outbox, snapshots } = eventStoreTables(pool);
    await outbox.change({ status: "FAILED", error_message: "given up" }, { version: 1 });
    await outbox.change({ status: "PUBLISHED" }, { version: 2 });
    await snapshots.change({ version: 90 });
    expect(await snapshots.rows()).to.have.lengthOf(1);
    const before = [await everythingOf(long), await everythingOf(short)];
    const rows = await outbox.rows();

    const plainRows = { events: rows.length, snapshots: 1, outbox: rows.length };
    expect(await countUnsealed(pool, "Cart")).to.deep.equal(plainRows);
    expect(await seal()).to.deep.equal({ sealed: plainRows, left: nothing, damaged: 0, moving: [] });
    expect(await dump()).not.to.contain(marker);
    expect([await everythingOf(long), await everythingOf(short)]).to.deep.equal(before);
    const kept = ({ event_data: _data, metadata: _metadata, ...others }: Record<string, unknown>) => others;
    expect((await outbox.rows()).map(kept)).to.deep.equal(rows.map(kept));
    expect(await seal()).to.deep.equal({ sealed: nothing, left: nothing, damaged: 0, moving: [] });
  });

  it("gives the outbox what the event store has, byte for byte the same for every subscriber", async () => {
    await live(handlerOf(cartAggregate), life);
    await seal();
    const { events, outbox } = eventStoreTables(pool);
    const published = (await outbox.rows()).map(({ event_data: data, metadata: own }): unknown[] => [
      JSON.parse(String(data)),
      JSON.parse(String(own)),
    ]);
    expect(published).to.deep.equal((await events.rows()).map(({ event_data: data, metadata: own }) => [data, own]));
  });

  it("seals an event of an older schema version as it is stored", async () => {
    const cart = await live(handlerOf(cartAggregate), [add({ attributes: undefined })]);
    const { events } = eventStoreTables(pool);
    const old = { item_id: "tea", name: `${marker} tea`, quantity: 2, unit_price: 500 };
    await events.change({ event_data: old, schema_version: 1 }, { aggregate_id: cart, version: 2 });
    const before = await everythingOf(cart);
    await seal();
    const [, stored] = await events.rows({ aggregate_id: cart });
    expect(stored).to.deep.include({ schema_version: 1 });
    expect(Object.keys(stored?.["event_data"] ?? {})).to.have.members(["item_id", "quantity", "unit_price", "sealed"]);
    expect(await everythingOf(cart)).to.deep.equal(before);
  });

  it("makes an erased person of everything that it sealed, and keeps the others", async () => {
    const plain = handlerOf(cartAggregate);
    const [anns, bobs] = [await live(plain, life), await live(plain, [add({ userId: "bob" })])];
    await seal();
    const lookupKey = await openLookupKey(keyPool, masterKeys);
    for (const userId of [ann, `${marker}-customer`]) await destroyKeys(keyPool, shopperHash(lookupKey, { tenantId: "shop", userId }));
    expect(JSON.stringify(await everythingOf(anns))).not.to.contain(marker);
    expect((await everythingOf(bobs)).owner).to.deep.equal({ tenantId: "shop", userId: "bob" });
  });

  it("loses no command and no event while commands, readers and a second run go on, and is interrupted in between", async () => {
    const plain = handlerOf(cartAggregate);
    const carts = await Promise.all(
      Array.from({ length: 12 }, () =>
        live(
          plain,
          Array.from({ length: 25 }, () => add()),
        ),
      ),
    );
    // From here on another process serves the carts, which seals.
    const handler = handlerOf(sealing());
    let isDone = false;
    const shopper = async (cart: string): Promise<number> => {
      for (let commands = 0; ; commands += 1) {
        if (isDone) return commands;
        await handler.handle({ aggregateId: cart, command: add(), metadata });
        const state = (await loadStreams(pool, sealing(), [cart])).get(cart)?.state;
        expect(state?.status === "OPEN" ? [...state.lines.values()].map(({ quantity }) => quantity) : []).to.deep.equal([26 + commands]);
      }
    };
    const shoppers = carts.map(shopper);
    const interrupted = new AbortController();
    const failure: unknown = await seal({ signal: interrupted.signal, report: () => interrupted.abort(new Error("interrupted")) }).catch(
      (error: unknown) => error,
    );
    expect(failure).to.have.property("message", "interrupted");
    const left = await countUnsealed(pool, "Cart");
    expect(left.events)
      .to.be.greaterThan(0)
      .and.lessThan(12 * 26);
    const runs = await Promise.all([seal(), seal()]);
    expect(runs.map(({ left: ofRun }) => ofRun)).to.deep.equal([nothing, nothing]);
    isDone = true;
    const commands = await Promise.all(shoppers);
    expect(Math.min(...commands)).to.be.greaterThan(0);
    for (const [index, cart] of carts.entries()) {
      const { history, state } = await everythingOf(cart);
      expect(history.map(({ version }) => version)).to.deep.equal(Array.from({ length: 26 + (commands[index] ?? 0) }, (_, n) => n + 1));
      expect(state?.version).to.equal(history.length);
    }
    expect(await dump()).not.to.contain(marker);
  });

  it("leaves a damaged event, and what follows an event that does not say whose the stream is, and seals the rest", async () => {
    const plain = handlerOf(cartAggregate);
    const [damaged, lost, whole] = [await live(plain, life), await live(plain, life), await live(plain, life)];
    const { events } = eventStoreTables(pool);
    await events.change(
      { event_data: { attributes: `${marker} is no object` } },
      { aggregate_id: damaged, event_type: "CartAttributesChanged" },
    );
    await events.change({ event_data: {} }, { aggregate_id: lost, version: 1 });
    const reported: StreamDamagedError[] = [];
    const result = await seal({ onDamage: (damage) => reported.push(damage) });
    const places = reported.map(({ stream: { aggregateId }, version, code }) => [aggregateId, version, code]);
    expect(places).to.have.deep.members([
      [damaged, 3, "INVALID_EVENT_DATA"],
      [lost, 1, "INVALID_EVENT_DATA"],
    ]);
    const lostEvents = await events.count({ aggregate_id: lost });
    expect(result).to.deep.include({ damaged: 2, left: { events: 1 + lostEvents, snapshots: 0, outbox: 1 + lostEvents } });
    expect(JSON.stringify(await events.rows({ aggregate_id: whole }))).not.to.contain(marker);
    expect((await events.rows({ aggregate_id: damaged })).filter((row) => JSON.stringify(row).includes(marker))).to.have.lengthOf(1);
  });

  it("leaves a tenant that is moving, whose rows are compared, and seals one that has moved", async () => {
    const plain = handlerOf(cartAggregate);
    const of = (tenantId: string) => live(plain, [add({ defaults: { tenantId, currency: "USD" } })]);
    const [frozen, moved] = [await of("frozen"), await of("moved")];
    const { moves, events } = eventStoreTables(pool);
    for (const [tenant, state] of [
      ["frozen", "FROZEN"],
      ["moved", "MOVED"],
    ])
      await moves.insert([{ tenant_id: tenant, state, other_id: Buffer.alloc(16, 1) }]);
    expect(await seal()).to.deep.include({ left: { events: 2, snapshots: 0, outbox: 2 }, moving: ["frozen"] });
    const isPlain = async (cart: string) => JSON.stringify(await events.rows({ aggregate_id: cart })).includes(marker);
    expect([await isPlain(frozen), await isPlain(moved)]).to.deep.equal([true, false]);
    await moves.remove({ tenant_id: "frozen" });
    expect(await seal()).to.deep.include({ left: nothing, moving: [] });
  });

  it("deletes a snapshot in another form, and one whose owner was erased", async () => {
    const cart = await live(handlerOf(sealing()), [add()]);
    const { snapshots } = eventStoreTables(pool);
    const lookupKey = await openLookupKey(keyPool, masterKeys);
    await destroyKeys(keyPool, shopperHash(lookupKey, { tenantId: "shop", userId: ann }));
    const owner = (await everythingOf(cart)).owner;
    const state = { status: "OPEN", ...owner, lines: [], adjustments: [], attributes: { note: marker } };
    for (const [version, schemaVersion] of [
      [1, 3],
      [2, 4],
    ])
      await snapshots.insert([{ aggregate_id: cart, aggregate_type: "Cart", version, schema_version: schemaVersion, state }]);
    expect(await seal()).to.deep.include({ sealed: { events: 0, snapshots: 2, outbox: 0 }, left: nothing });
    expect(await snapshots.count()).to.equal(0);
  });
});

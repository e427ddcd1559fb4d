import { randomBytes } from "node:crypto";
import { type AddItem, type Cart, cartAggregate, type CartCommand, type CartEvent, cartOwnership, decideMerge } from "@cart/domain";
import { migrateEventStore, migrateKeyStore } from "@cart/migrations";
import { openMysqlPool, type ReadRows, readRowsFrom } from "@cart/mysql";
import { createKeyRing, destroyKeys, type KeyRing, localMasterKeys, openLookupKey, shopperHash } from "@cart/personal-data";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { type CommandHandler, createCommandHandler } from "../commands/commandHandler.ts";
import { openEventStorePool } from "../openEventStorePool.ts";
import { fillSnapshots } from "../streams/fillSnapshots.ts";
import { createStreamFolder, foldAllStreams } from "../streams/foldStreams.ts";
import { loadStreamAt } from "../streams/loadStreamAt.ts";
import { loadStreams } from "../streams/loadStreams.ts";
import { readLastOfType, readStream } from "../streams/readStream.ts";
import { StreamDamagedError } from "../streams/streamDamagedError.ts";
import { readOwner } from "../streams/streamOwners.ts";
import { eventStoreTables } from "../testing/eventStoreTables.ts";
import { type StoredAggregate, withKeys } from "./storedAggregate.ts";

/** In every text that a client can choose and that may name a person. */
const marker = "MARKER";
const ann = `${marker}-ann`;

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

/** A command of each kind that has a text of a client, and the commands between them. */
const life: readonly CartCommand[] = [
  { type: "CreateCart", userId: ann, defaults: { tenantId: "shop", currency: "USD" }, attributes: { note: `${marker} note` } },
  add(),
  add({ itemId: "mug", attributes: undefined }),
  { type: "ChangeDetails", attributes: { note: `${marker} other note`, gift: true } },
  { type: "SetAdjustments", adjustments: [{ kind: "discount", amount: -1, label: `${marker} label`, reference: `${marker}-reference` }] },
  { type: "ClaimCart", userId: `${marker}-customer` },
  { type: "SubmitCart" },
];

const metadata = { correlation_id: `${marker}-correlation`, causation_id: "command-1", actor: `${marker}-actor` };

describe("sealing", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  const keyStore = useMysqlDatabase({ migrate: migrateKeyStore });
  const masterKeys = localMasterKeys(`one:${randomBytes(32).toString("base64")}`);
  let pool: Pool;
  let keyPool: Pool;
  before(() => {
    pool = openEventStorePool({ url: database.url(), connectionLimit: 8 });
    keyPool = openMysqlPool({ url: keyStore.url(), connectionLimit: 4 });
  });
  after(async () => {
    await pool.end();
    await keyPool.end();
  });
  afterEach("empty the event store", () => eventStoreTables(pool).clear());

  type Sealed = StoredAggregate<Cart, CartCommand, CartEvent>;
  /** Each stands for one process, with its own keys in memory. */
  const newRing = (): KeyRing => createKeyRing({ pool: keyPool, database: keyStore.name(), masterKeys });
  const newAggregate = (): Sealed => withKeys(cartAggregate, newRing(), true);
  const handlerOf = (aggregate: Sealed): CommandHandler<Cart, CartCommand, CartEvent> =>
    createCommandHandler({ pool, aggregate, now: () => new Date("2026-11-26T12:00:00Z"), newEventId: () => uuidv7() });
  const live = async (handler: CommandHandler<Cart, CartCommand, CartEvent>, commands: readonly CartCommand[]): Promise<string> => {
    const aggregateId = uuidv7();
    for (const command of commands) await handler.handle({ aggregateId, command, metadata });
    return aggregateId;
  };
  const erase = async (userId: string): Promise<number> =>
    destroyKeys(keyPool, shopperHash(await openLookupKey(keyPool, masterKeys), { tenantId: "shop", userId }));
  const stateOf = async (aggregate: Sealed, id: string): Promise<Cart | undefined> =>
    (await loadStreams(pool, aggregate, [id])).get(id)?.state;
  const dump = async (): Promise<string> => {
    const { events, outbox, snapshots } = eventStoreTables(pool);
    return JSON.stringify([await events.rows(), await outbox.rows(), await snapshots.rows()]);
  };
  const history = async (aggregate: Sealed, aggregateId: string) =>
    (await readStream(readRowsFrom(pool), aggregate, { aggregateId, after: 0 }, { maxEvents: 500, maxBytes: 1_000_000 })).events;

  it("keeps every text that may name a person out of events, outbox and snapshots, and reads it back in every way", async () => {
    const aggregate = newAggregate();
    const handler = handlerOf(aggregate);
    const cart = await live(handler, life);
    // Enough commands for a snapshot.
    for (let n = 0; n < 60; n += 1) {
      await handler.handle({ aggregateId: cart, command: { type: "ReopenCart" }, metadata });
      await handler.handle({ aggregateId: cart, command: { type: "SubmitCart" }, metadata });
    }
    const { snapshots } = eventStoreTables(pool);
    expect(await snapshots.count()).to.equal(1);
    expect(await dump()).not.to.contain(marker);

    const other = newAggregate();
    const inPlain = createCommandHandler({ pool, aggregate: cartAggregate, now: () => new Date(), newEventId: () => uuidv7() });
    const plainCart = await live(inPlain, life);
    const [sealedHistory, plainHistory] = [await history(other, cart), await history(cartAggregate, plainCart)];
    expect(sealedHistory.slice(0, plainHistory.length).map(({ event }) => event)).to.deep.equal(plainHistory.map(({ event }) => event));
    expect(sealedHistory.every((recorded) => recorded.metadata.actor === metadata.actor)).to.equal(true);
    expect(sealedHistory.every((recorded) => recorded.metadata.correlation_id === metadata.correlation_id)).to.equal(true);
    expect(await stateOf(other, cart)).to.deep.equal(await stateOf(cartAggregate, plainCart));

    const last = await readLastOfType(readRowsFrom(pool), other, { aggregateId: cart, type: "CartClaimed" });
    expect(last?.event.data).to.deep.equal({ user_id: `${marker}-customer`, previous_user_id: ann });
    const past = { aggregateId: cart, version: 110, signal: new AbortController().signal };
    const at = await loadStreamAt(readRowsFrom(pool), other, past, { maxEvents: 500, maxBytes: 1_000_000 });
    expect(at?.state.status !== "NONE" && at?.state.userId).to.equal(`${marker}-customer`);
    const folder = createStreamFolder<CartEvent, number>(other, () => {
      let texts = 0;
      return { add: ({ event }) => (texts += JSON.stringify(event).includes(marker) ? 1 : 0), end: () => texts };
    });
    const folded: number[] = [];
    for await (const { results } of foldAllStreams(readRowsFrom(pool), [folder], { maxEvents: 7, maxBytes: 1_000_000 }))
      folded.push(...results);
    expect(folded).to.deep.equal([7, 7]);
  });

  it("reads an erased person as a pseudonym, keeps amounts and lines, and leaves others as they are", async () => {
    const aggregate = newAggregate();
    const handler = handlerOf(aggregate);
    const cart = await live(handler, life);
    const bobs = await live(handler, [add({ userId: "bob" })]);
    expect(await erase(`${marker}-customer`)).to.be.at.least(1);
    expect(await erase(ann)).to.be.at.least(1);

    const later = newAggregate();
    expect(JSON.stringify(await history(later, cart))).not.to.contain(marker);
    const state = await stateOf(later, cart);
    if (state?.status !== "SUBMITTED") throw new Error("expected a submitted cart");
    expect(state.userId).to.match(/^erased-[0-9a-f-]{36}$/);
    expect([...state.lines.values()].map(({ itemId, name, quantity, unitPrice }) => [itemId, name, quantity, unitPrice])).to.deep.equal([
      ["tea", null, 1, 500],
      ["mug", null, 1, 500],
    ]);
    expect(JSON.stringify(await history(later, bobs))).to.contain("bob");
  });

  it("takes commands on an erased person's cart, and keeps nothing personal of them", async () => {
    const before = handlerOf(newAggregate());
    const cart = await live(before, life);
    await erase(`${marker}-customer`);
    await erase(ann);
    // The handler has the former state in its cache, which its key no longer fits.
    const purchase: CartCommand = { type: "PurchaseCart", orderId: "order-1" };
    const { version } = await before.handle({ aggregateId: cart, command: purchase, metadata });
    const later = newAggregate();
    expect(await stateOf(later, cart)).to.include({ status: "CLOSED", orderId: "order-1" });
    const events = await history(later, cart);
    expect(events.at(-1)).to.deep.include({ version, metadata: { correlation_id: "command-1", causation_id: "command-1" } });
    expect(JSON.stringify(events)).not.to.contain(marker);
  });

  it("treats a later cart of the same person as a new person's", async () => {
    const handler = handlerOf(newAggregate());
    const first = await live(handler, [add()]);
    await erase(ann);
    const second = await live(handler, [add()]);
    const later = newAggregate();
    const owners = (await Promise.all([first, second].map((id) => stateOf(later, id)))).map((cart) =>
      cart === undefined || cart.status === "NONE" ? undefined : cart.userId,
    );
    expect(owners[0]).to.match(/^erased-/);
    expect(owners[1]).to.equal(ann);
  });

  it("folds a long stream without its snapshot once the owner is erased", async () => {
    const handler = handlerOf(newAggregate());
    const cart = await live(handler, [add(), ...Array.from({ length: 110 }, () => add())]);
    const { snapshots } = eventStoreTables(pool);
    expect(await snapshots.count()).to.equal(1);
    await erase(ann);
    const state = await stateOf(newAggregate(), cart);
    if (state?.status !== "OPEN") throw new Error("expected an open cart");
    expect([...state.lines.values()].map(({ quantity }) => quantity)).to.deep.equal([111]);
    expect(state.userId).to.match(/^erased-/);
  });

  it("tells whose a long sealed stream is with one statement, and from its events once the owner is erased", async () => {
    const cart = await live(
      handlerOf(newAggregate()),
      Array.from({ length: 111 }, () => add()),
    );
    let reads = 0;
    const counted: ReadRows = (statement, keepWhile) => {
      reads += 1;
      return readRowsFrom(pool)(statement, keepWhile);
    };
    const ownerOf = async () => readOwner(counted, { ...newAggregate(), ownership: cartOwnership }, cart);
    expect(await ownerOf()).to.deep.equal({ userId: ann, tenantId: "shop" });
    expect(reads).to.equal(1);
    await erase(ann);
    expect((await ownerOf())?.userId).to.match(/^erased-/);
  });

  it("hides a long sealed stream from a stranger before it is read", async () => {
    const cart = await live(
      handlerOf(newAggregate()),
      Array.from({ length: 111 }, () => add()),
    );
    const maySee = (userId: string) => async () =>
      (await loadStreams(pool, newAggregate(), [cart], { maySee: (_id, owner) => owner.userId === userId })).get(cart);
    expect(await maySee("bob")()).to.deep.include({ isHidden: true, state: cartAggregate.decider.initialState });
    expect(await maySee(ann)())
      .to.deep.include({ version: 112 })
      .and.not.to.have.property("isHidden");
  });

  it("seals the snapshots that are filled in later, and fills in none for an erased owner", async () => {
    const handler = handlerOf(newAggregate());
    const carts = await Promise.all(
      ["bob", ann].map((userId) =>
        live(
          handler,
          Array.from({ length: 250 }, () => add({ userId })),
        ),
      ),
    );
    const before = await stateOf(newAggregate(), carts[0] ?? "");
    const { snapshots } = eventStoreTables(pool);
    await snapshots.remove();
    await erase("bob");
    const damaged: unknown[] = [];
    const fill = { pool, aggregate: newAggregate(), signal: new AbortController().signal, onDamage: (it: unknown) => damaged.push(it) };
    expect(await fillSnapshots(fill)).to.deep.equal({ streams: 1, snapshots: 2, damaged: 0 });
    expect(damaged).to.deep.equal([]);
    expect(await dump()).not.to.contain(marker);
    const [, anns = ""] = carts;
    expect(await stateOf(newAggregate(), anns)).to.deep.equal({ ...before, userId: ann });
  });

  it("opens sealed events and stores plain ones before sealing is switched on", async () => {
    const cart = await live(handlerOf(newAggregate()), [add()]);
    const reading: Sealed = withKeys(cartAggregate, newRing(), false);
    await handlerOf(reading).handle({ aggregateId: cart, command: add({ itemId: "mug" }), metadata });
    const { events } = eventStoreTables(pool);
    const isPlain = (await events.rows({ aggregate_id: cart })).map(({ event_data }) => JSON.stringify(event_data).includes(marker));
    expect(isPlain).to.deep.equal([false, false, true]);
    expect((await history(reading, cart)).map(({ metadata: { actor } }) => actor)).to.deep.equal([1, 2, 3].map(() => metadata.actor));
    expect(await stateOf(reading, cart)).to.deep.equal(await stateOf(newAggregate(), cart));
  });

  it("seals both carts of a merge, each for its owner", async () => {
    const aggregate = newAggregate();
    const handler = handlerOf(aggregate);
    const [guest, target] = [await live(handler, [add({ userId: "guest-1" })]), await live(handler, [add({ itemId: "mug" })])];
    await handler.handle({
      aggregateId: guest,
      otherId: target,
      decide: (own, other) => {
        const { source, target: ofTarget } = decideMerge(
          { type: "MergeCart", sourceCartId: guest, targetCartId: target, strategy: "add" },
          own.state,
          other.state,
        );
        return { own: source, other: ofTarget };
      },
      metadata,
    });
    expect(await dump()).not.to.contain(marker);
    await erase("guest-1");
    const later = newAggregate();
    const lines = await stateOf(later, target);
    expect(lines?.status === "OPEN" && [...lines.lines.values()].map(({ name }) => name)).to.deep.equal([`${marker} tea`, `${marker} tea`]);
    expect(JSON.stringify(await history(later, guest))).not.to.contain(marker);
  });

  it("opens what the outbox publishes, and reads it as erased afterwards", async () => {
    await live(handlerOf(newAggregate()), life);
    const messages = (await eventStoreTables(pool).outbox.rows()).map((row) => ({
      aggregateType: String(row["aggregate_type"]),
      aggregateId: String(row["aggregate_id"]),
      version: Number(row["version"]),
      metadata: JSON.parse(String(row["metadata"])) as unknown,
      event: { type: String(row["event_type"]), data: JSON.parse(String(row["event_data"])) as unknown },
    }));
    expect(JSON.stringify(messages)).not.to.contain(marker);
    const open = async () => newAggregate().vault?.openMessages(messages) ?? [];
    const opened = await open();
    for (const message of opened) expect(message.metadata).to.deep.equal(metadata);
    expect(opened[0]?.event.data).to.deep.equal({ user_id: ann, tenant_id: "shop", currency: "USD" });
    await erase(ann);
    await erase(`${marker}-customer`);
    expect(JSON.stringify(await open())).not.to.contain(marker);
  });

  it("continues streams whose first events an earlier release stored in plain text", async () => {
    const inPlain = handlerOf(cartAggregate);
    const cart = await live(inPlain, life.slice(0, 2));
    const aggregate = newAggregate();
    await handlerOf(aggregate).handle({ aggregateId: cart, command: add({ itemId: "mug" }), metadata });
    const texts = (await history(aggregate, cart)).map(({ event }) => JSON.stringify(event).includes(marker));
    expect(texts).to.deep.equal([true, true, true, true]);
    const { events } = eventStoreTables(pool);
    expect((await events.rows()).map(({ event_data }) => JSON.stringify(event_data).includes(marker))).to.deep.equal([
      true,
      true,
      true,
      false,
    ]);
  });

  it("reports an event that was moved or changed as damage of its own stream", async () => {
    const aggregate = newAggregate();
    const handler = handlerOf(aggregate);
    const [damaged, whole] = [await live(handler, [add()]), await live(handler, [add()])];
    const { events } = eventStoreTables(pool);
    const [donor] = await events.rows({ aggregate_id: whole, version: 1 });
    await events.change({ event_data: JSON.stringify(donor?.["event_data"]) }, { aggregate_id: damaged, version: 1 });
    const failure: unknown = await history(aggregate, damaged).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StreamDamagedError).and.to.have.property("code", "INVALID_EVENT_DATA");
    expect(await history(aggregate, whole)).to.have.lengthOf(2);
  });

  it("reports a sealed event as damaged to a program without keys", async () => {
    const cart = await live(handlerOf(newAggregate()), [add()]);
    const failure: unknown = await history(cartAggregate, cart).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StreamDamagedError).and.to.have.property("code", "INVALID_EVENT_DATA");
  });
});

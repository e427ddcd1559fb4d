import { type CartCommand, type CartEvent, cartAggregate, cartOwnership, DomainError } from "@cart/domain";
import { migrateEventStore } from "@cart/migrations";
import { readRowsFrom } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { openEventStorePool } from "../openEventStorePool.ts";
import { fillSnapshots } from "../streams/fillSnapshots.ts";
import { loadStreams } from "../streams/loadStreams.ts";
import { readOwner } from "../streams/streamOwners.ts";
import { eventRow, eventStoreTables } from "../testing/eventStoreTables.ts";
import { createCommandHandler } from "./commandHandler.ts";

const every = cartAggregate.snapshots.everyEvents;
const created: CartEvent = { type: "CartCreated", data: { user_id: "ann", tenant_id: "shop-1", currency: "USD" } };
const claimed: CartEvent = { type: "CartClaimed", data: { user_id: "carla", previous_user_id: "ann" } };
const added = (n: number, characters: number): CartEvent => ({
  type: "ItemAddedToCart",
  data: {
    line_id: `item-${n % 100}`,
    item_id: `item-${n % 100}`,
    name: "x".repeat(characters),
    quantity: 1,
    unit_price: 1,
    previous_unit_price: null,
  },
});
const many = (count: number, characters = 255): CartEvent[] => Array.from({ length: count }, (_, n) => added(n, characters));
const merged: CartEvent = {
  type: "CartMergedFrom",
  data: {
    source_cart_id: uuidv7(),
    strategy: "add",
    lines: Array.from({ length: 200 }, (_, n) => ({
      line_id: `a-${n}`,
      item_id: `a-${n}`,
      name: "x".repeat(255),
      quantity: 1,
      unit_price: 1,
    })),
  },
};

/** Carts, whose last owner is `owner`. Each of them is larger than an answer about an unknown cart by far. */
const carts: Readonly<Record<string, { readonly events: readonly CartEvent[]; readonly owner: string }>> = {
  "with large events": { events: [created, merged], owner: "ann" },
  "with almost one interval of events": { events: [created, ...many(every - 2)], owner: "ann" },
  "with snapshots": { events: [created, ...many(10 * every + 20)], owner: "ann" },
  "that was claimed before its snapshot": { events: [created, claimed, ...many(every + 50)], owner: "carla" },
  "that was claimed after its snapshot": { events: [created, ...many(every + 20), claimed, ...many(20)], owner: "carla" },
};

describe("a stranger's command", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  before(() => {
    // With one connection, the counters of its session are those of everything that is read.
    pool = openEventStorePool({ url: database.url(), connectionLimit: 1 });
  });
  after(() => pool.end());

  const newHandler = () => createCommandHandler({ pool, aggregate: cartAggregate, now: () => new Date(0), newEventId: () => uuidv7() });
  const send = (userId: string, aggregateId: string, command: CartCommand = { type: "SubmitCart" }, handler = newHandler()) =>
    handler.handle({
      aggregateId,
      command,
      permits: (owner) => owner.tenantId === "shop-1" && owner.userId === userId,
      metadata: { correlation_id: "c", causation_id: "c" },
    });
  const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => "executed",
      (error: unknown) => (error instanceof DomainError ? error.code : error),
    );
  const store = async (events: readonly CartEvent[]): Promise<string> => {
    const aggregate_id = uuidv7();
    await eventStoreTables(pool).events.insert(
      events.map(({ type, data }, n) =>
        eventRow({
          aggregate_id,
          version: n + 1,
          event_type: type,
          event_data: data,
          schema_version: cartAggregate.codec.currentVersion(type),
        }),
      ),
    );
    await fillSnapshots({ pool, aggregate: cartAggregate, signal: new AbortController().signal, onDamage: () => undefined });
    return aggregate_id;
  };

  type Costs = { readonly statements: number; readonly bytes: number; readonly rows: number };
  const counters = async (): Promise<Costs> => {
    const [rows] = await pool.query<(RowDataPacket & { readonly Variable_name: string; readonly Value: string })[]>("SHOW SESSION STATUS");
    const sum = (isCounted: (name: string) => boolean): number =>
      rows.filter(({ Variable_name: name }) => isCounted(name)).reduce((total, { Value: value }) => total + Number(value), 0);
    return {
      statements: sum((name) => name === "Questions"),
      bytes: sum((name) => name === "Bytes_sent"),
      rows: sum((name) => name.startsWith("Handler_read_")),
    };
  };
  /** Counts what the server executes, sends and reads for the work. */
  const costsOf = async (work: () => Promise<unknown>): Promise<Costs> => {
    const start = await counters();
    const before = await counters();
    await work();
    const after = await counters();
    // What counting itself costs is taken off.
    const less = (name: keyof Costs): number => after[name] - before[name] - (before[name] - start[name]);
    return { statements: less("statements"), bytes: less("bytes"), rows: less("rows") };
  };
  const costsOfStranger = async (aggregateId: string): Promise<Costs> => {
    await refusalOf(send("eve", aggregateId));
    return costsOf(async () => expect(await refusalOf(send("eve", aggregateId))).to.equal("CART_NOT_FOUND"));
  };

  for (const [what, { events, owner }] of Object.entries(carts)) {
    it(`on a cart ${what} makes the server send no more than one on an unknown cart`, async () => {
      const cart = await store(events);
      const [unknown, hidden] = [await costsOfStranger(uuidv7()), await costsOfStranger(cart)];
      expect(hidden.statements).to.equal(unknown.statements);
      expect(hidden.bytes - unknown.bytes, "bytes").to.be.below(1_000);
      // The server looks for a claim in one interval of events; some of its steps count as reads of their own.
      expect(hidden.rows - unknown.rows, "rows").to.be.below(6 * every);
      expect(await refusalOf(send(owner, cart))).to.equal("executed");
    });
  }

  it("finds whose a long cart is without reading it, as a query does", async () => {
    const cart = await store([created, ...many(every + 20, 1), claimed, ...many(9 * every, 1)]);
    const read = readRowsFrom(pool);
    const ownerOf = (id: string) => readOwner(read, { ...cartAggregate, ownership: cartOwnership }, id);
    const [unknown, known] = [await costsOf(() => ownerOf(uuidv7())), await costsOf(() => ownerOf(cart))];
    expect(await ownerOf(cart)).to.deep.equal({ userId: "carla", tenantId: "shop-1" });
    expect(known.bytes - unknown.bytes, "bytes").to.be.below(1_000);
    expect(known.rows - unknown.rows, "rows").to.be.below(6 * every);
    await eventStoreTables(pool).snapshots.remove();
    expect(await ownerOf(cart)).to.deep.equal({ userId: "carla", tenantId: "shop-1" });
  });

  it("is refused on a cart whose owner is told by the whole stream only", async () => {
    const cart = await store([created, ...many(every + 50, 1), claimed, ...many(every + 50, 1)]);
    await eventStoreTables(pool).snapshots.remove();
    expect(await refusalOf(send("ann", cart))).to.equal("CART_NOT_FOUND");
    expect(await refusalOf(send("carla", cart))).to.equal("executed");
  });

  /** The gate, the tenant, the event before the new one, and what the condition on them needs: no event of the cart is read. */
  const appendReads = 5;

  it("does not put the cart into the cache for its owner, nor takes it out", async () => {
    const handler = newHandler();
    const cart = await store([created, ...many(20)]);
    expect(await refusalOf(send("eve", cart, { type: "SubmitCart" }, handler))).to.equal("CART_NOT_FOUND");
    expect(await refusalOf(send("ann", cart, { type: "ClearCart" }, handler))).to.equal("executed");
    expect(await refusalOf(send("eve", cart, { type: "ReopenCart" }, handler))).to.equal("CART_NOT_FOUND");
    expect((await costsOf(() => send("ann", cart, addItem, handler))).rows, "rows that the owner's next command reads").to.be.at.most(
      appendReads,
    );
    const { state, version } = (await loadStreams(pool, cartAggregate, [cart])).get(cart) ?? {};
    expect([version, state?.status === "OPEN" && state.lines.size]).to.deep.equal([23, 1]);
  });

  it("that shares its transaction with the owner's is refused alone", async () => {
    const cart = await store([created, ...many(20)]);
    const handler = newHandler();
    const blocking = send("bob", uuidv7(), { ...addItem, userId: "bob" }, handler);
    const outcomes = await Promise.all([
      refusalOf(send("eve", cart, { type: "ClearCart" }, handler)),
      refusalOf(send("ann", cart, { type: "RemoveItem", lineId: "item-7" }, handler)),
      refusalOf(send("eve", cart, { type: "SubmitCart" }, handler)),
      refusalOf(blocking),
    ]);
    expect(outcomes).to.deep.equal(["CART_NOT_FOUND", "executed", "CART_NOT_FOUND", "executed"]);
  });

  it("costs the owner no round trip: a first add loads nothing, and a cart that the process knows neither", async () => {
    const handler = newHandler();
    const cart = uuidv7();
    const add = () => send("ann", cart, addItem, handler);
    await send("ann", uuidv7(), addItem, handler);
    const first = await costsOf(add);
    const second = await costsOf(add);
    expect(
      [first.rows, second.rows].every((rows) => rows <= appendReads),
      JSON.stringify([first, second]),
    ).to.equal(true);
  });
});

const addItem = {
  type: "AddItem",
  userId: "ann",
  defaults: { tenantId: "shop-1", currency: "USD" },
  itemId: "item-1",
  quantity: 1,
  price: 29.99,
} as const;

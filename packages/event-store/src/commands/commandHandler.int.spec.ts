import { createHash } from "node:crypto";
import { type AddItem, type Cart, cartAggregate, type CartCommand, type CartEvent, decideMerge, itemCount } from "@cart/domain";
import { migrateEventStore } from "@cart/migrations";
import { writeTogether } from "@cart/mysql";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { openEventStorePool } from "../openEventStorePool.ts";
import { insertAnswers } from "../idempotency/insertAnswers.ts";
import { loadStreams } from "../streams/loadStreams.ts";
import { eventRow, eventStoreTables } from "../testing/eventStoreTables.ts";
import { type CommandHandler, createCommandHandler } from "./commandHandler.ts";
import type { Once } from "./commandRequest.ts";

const addItem = (changes: Partial<AddItem> = {}): AddItem => ({
  type: "AddItem",
  userId: "user-1",
  defaults: { tenantId: "default", currency: "USD" },
  itemId: "item-1",
  quantity: 1,
  price: 29.99,
  ...changes,
});
const metadata = { correlation_id: "correlation-1", causation_id: "causation-1" };

describe("command handler", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  before(() => {
    pool = openEventStorePool({ url: database.url(), connectionLimit: 8 });
  });
  after(() => pool.end());

  /** Each stands for one process, with its own queue and its own cache. */
  const newHandler = (
    onCommit?: (commands: number) => void,
    options: { readonly maxTransactions?: number; readonly onConflict?: () => void } = {},
  ): CommandHandler<Cart, CartCommand, CartEvent> =>
    createCommandHandler({
      pool,
      aggregate: cartAggregate,
      now: () => new Date("2025-11-20T16:30:00Z"),
      newEventId: () => uuidv7(),
      onCommit: ({ commands }) => onCommit?.(commands),
      ...options,
    });
  const versionsOf = async (aggregateId: string): Promise<number[]> => {
    const [rows] = await pool.query<(RowDataPacket & { version: number })[]>(
      "SELECT version FROM events WHERE aggregate_id = UUID_TO_BIN(?) ORDER BY id",
      [aggregateId],
    );
    return rows.map(({ version }) => version);
  };
  const upTo = (version: number): number[] => Array.from({ length: version }, (_, index) => index + 1);
  const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => "resolved",
      (reason: unknown) => reason,
    );

  it("answers each command with its own events", async () => {
    const handler = newHandler();
    const aggregateId = uuidv7();
    const results = await Promise.all([1, 2].map(() => handler.handle({ aggregateId, command: addItem(), metadata })));
    expect(results.map(({ version, events }) => [version, events.map(({ event }) => event.type)])).to.deep.equal([
      [2, ["CartCreated", "ItemAddedToCart"]],
      [3, ["ItemAddedToCart"]],
    ]);
  });

  describe("after a failover to a copy that lacks the last transactions", () => {
    /** A cart that the handler has at version 5 in its cache, of which the copy has the events up to `version`. */
    const failedOver = async (version: number, handler: ReturnType<typeof newHandler>): Promise<string> => {
      const aggregateId = uuidv7();
      for (let n = 1; n <= 4; n += 1) await handler.handle({ aggregateId, command: addItem(), metadata });
      await pool.query("DELETE FROM events WHERE aggregate_id = UUID_TO_BIN(?) AND version > ?", [aggregateId, version]);
      return aggregateId;
    };

    for (const version of [0, 1, 2, 4]) {
      it(`continues a stream that is back at version ${version} there, without a hole`, async () => {
        const handler = newHandler();
        const aggregateId = await failedOver(version, handler);
        const result = await handler.handle({ aggregateId, command: addItem(), metadata });
        expect(result.version).to.equal(version === 0 ? 2 : version + 1);
        expect(await versionsOf(aggregateId)).to.deep.equal(upTo(result.version));
      });
    }

    it("decides on what other processes have appended there", async () => {
      const handler = newHandler();
      const aggregateId = await failedOver(2, handler);
      for (let n = 0; n < 3; n += 1) await newHandler().handle({ aggregateId, command: addItem({ quantity: 10 }), metadata });
      await handler.handle({ aggregateId, command: addItem(), metadata });
      const { state } = (await loadStreams(pool, cartAggregate, [aggregateId])).get(aggregateId) ?? {};
      expect(state?.status === "OPEN" && itemCount(state)).to.equal(32);
      expect(await versionsOf(aggregateId)).to.deep.equal(upTo(6));
    });

    it("lets no other command of the transaction suffer", async () => {
      const handler = newHandler();
      const aggregateId = await failedOver(2, handler);
      const others = Array.from({ length: 5 }, () => uuidv7());
      const results = await Promise.all(
        [aggregateId, ...others].map((id) => handler.handle({ aggregateId: id, command: addItem(), metadata })),
      );
      expect(results.map(({ version }) => version)).to.deep.equal([3, 2, 2, 2, 2, 2]);
    });

    it("goes by the events and not by a snapshot that is ahead of them", async () => {
      const aggregateId = await failedOver(2, newHandler());
      await pool.query(
        `REPLACE INTO snapshots (aggregate_id, aggregate_type, version, schema_version, state)
         VALUES (UUID_TO_BIN(?), 'Cart', 5, ?, ?)`,
        [
          aggregateId,
          cartAggregate.snapshots.schemaVersion,
          JSON.stringify(cartAggregate.snapshots.toJson(cartAggregate.decider.initialState)),
        ],
      );
      const error = await rejectionOf(newHandler().handle({ aggregateId, command: addItem(), metadata }));
      expect(String(error)).to.contain("its snapshot is of events that are missing");
      expect(await versionsOf(aggregateId)).to.deep.equal([1, 2]);
    });
  });

  it("says why a command cannot be stored while the server has no connection left for its user, and stores it afterwards", async () => {
    const user = database.name();
    await database.pool().query("CREATE USER ?@'%' WITH MAX_USER_CONNECTIONS 1", [user]);
    const url = new URL(database.url());
    url.username = user;
    url.password = "";
    const limited = openEventStorePool({ url: url.href, connectionLimit: 2 });
    try {
      await database.pool().query("GRANT ALL ON ??.* TO ?@'%'", [database.name(), user]);
      const handler = createCommandHandler({ pool: limited, aggregate: cartAggregate, now: () => new Date(), newEventId: () => uuidv7() });
      const only = await limited.getConnection();
      const refused = await rejectionOf(handler.handle({ aggregateId: uuidv7(), command: addItem(), metadata }));
      expect(refused).to.deep.include({ code: "UNAVAILABLE", message: "the database has no connection left for this service" });
      only.release();
      expect((await handler.handle({ aggregateId: uuidv7(), command: addItem(), metadata })).version).to.equal(2);
    } finally {
      await limited.end();
      await database.pool().query("DROP USER ?@'%'", [user]);
    }
  });

  it("puts waiting commands into shared transactions", async () => {
    const batches: number[] = [];
    const handler = newHandler((commands) => batches.push(commands));
    await Promise.all(Array.from({ length: 50 }, () => handler.handle({ aggregateId: uuidv7(), command: addItem(), metadata })));
    // A transaction is reported after its commands are answered.
    await waitFor("two reports", () => batches.length === 2);
    expect(batches).to.deep.equal([25, 25]);
  });

  it("puts all commands that wait for one cart into one transaction", async () => {
    const batches: number[] = [];
    const handler = newHandler((commands) => batches.push(commands));
    const aggregateId = uuidv7();
    await Promise.all(Array.from({ length: 50 }, () => handler.handle({ aggregateId, command: addItem(), metadata })));
    await waitFor("the report", () => batches.length > 0);
    expect(batches).to.deep.equal([50]);
    expect(await versionsOf(aggregateId)).to.deep.equal(upTo(51));
  });

  it("commits commands on other carts while a transaction waits, and none on its own carts", async () => {
    const handler = newHandler();
    const [held, free] = [uuidv7(), uuidv7()];
    const add = (aggregateId: string) => handler.handle({ aggregateId, command: addItem(), metadata });
    await add(held);
    const other = await pool.getConnection();
    try {
      await other.query("START TRANSACTION");
      await other.query(
        `INSERT INTO events (event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at)
         VALUES (UUID_TO_BIN(UUID()), UUID_TO_BIN(?), 'Cart', 3, 'CartCleared', 1, '{}', '{}', NOW(6))`,
        [held],
      );
      const waiting = [add(held)];
      await waitFor("the transaction to wait for the other one", async () => {
        const [rows] = await pool.query<RowDataPacket[]>(
          "SELECT 1 FROM performance_schema.data_locks WHERE OBJECT_SCHEMA = DATABASE() AND LOCK_STATUS = 'WAITING'",
        );
        return rows.length > 0;
      });
      waiting.push(add(held));
      expect(await add(free)).to.include({ version: 2 });
      expect(await versionsOf(held)).to.deep.equal([1, 2]);
      await other.query("ROLLBACK");
      expect((await Promise.all(waiting)).map(({ version }) => version)).to.deep.equal([3, 4]);
    } finally {
      other.destroy();
    }
  });

  it("loses none of many commands on one cart from several processes at once", async () => {
    const aggregateId = uuidv7();
    const handlers = [newHandler(), newHandler(), newHandler()];
    const results = await Promise.all(
      upTo(100).flatMap((n) =>
        handlers.map((handler) => handler.handle({ aggregateId, command: addItem({ itemId: `item-${n}` }), metadata })),
      ),
    );
    expect(new Set(results.map(({ version }) => version)).size).to.equal(300);
    expect(await versionsOf(aggregateId)).to.deep.equal(upTo(301));
  });

  it("does not let a rejected or broken command fail the others in its transaction", async () => {
    const handler = newHandler();
    const carts = [uuidv7(), uuidv7(), uuidv7(), uuidv7()] as const;
    const results = await Promise.allSettled([
      handler.handle({ aggregateId: carts[0], command: addItem(), metadata }),
      handler.handle({ aggregateId: carts[1], command: addItem(), metadata }),
      handler.handle({ aggregateId: carts[2], command: { type: "PurchaseCart", orderId: "order-1" }, metadata }),
      // Only the schema refuses this command, so the whole transaction fails on it.
      handler.handle({ aggregateId: carts[3], command: addItem({ itemId: "x".repeat(65) }), metadata }),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal(["fulfilled", "fulfilled", "rejected", "rejected"]);
    expect(await Promise.all(carts.map(versionsOf))).to.deep.equal([[1, 2], [1, 2], [], []]);
  });

  it("decides a rejection again on the newest events if the cached state is stale", async () => {
    const [stale, other] = [newHandler(), newHandler()];
    const aggregateId = uuidv7();
    await stale.handle({ aggregateId, command: addItem(), metadata });
    await other.handle({ aggregateId, command: addItem(), metadata });
    // On the cached version 2 this command would be a version mismatch.
    const { version } = await stale.handle({ aggregateId, command: addItem(), expectedVersion: 3, metadata });
    expect(version).to.equal(4);
  });

  it("refuses a stale expected version, names the current version and stores nothing", async () => {
    const [stale, other] = [newHandler(), newHandler()];
    const aggregateId = uuidv7();
    await stale.handle({ aggregateId, command: addItem(), metadata });
    await other.handle({ aggregateId, command: addItem(), metadata });
    const error = await rejectionOf(stale.handle({ aggregateId, command: addItem(), expectedVersion: 2, metadata }));
    expect(error).to.include({ name: "VersionMismatchError", expectedVersion: 2, actualVersion: 3 });
    expect(await versionsOf(aggregateId)).to.deep.equal(upTo(3));
  });

  it("accepts `any` for a stream that has events, and refuses it for an empty stream", async () => {
    const handler = newHandler();
    const aggregateId = uuidv7();
    const error = await rejectionOf(handler.handle({ aggregateId, command: addItem(), expectedVersion: "any", metadata }));
    expect(error).to.include({ name: "VersionMismatchError", expectedVersion: "any", actualVersion: 0 });
    await handler.handle({ aggregateId, command: addItem(), metadata });
    expect(await handler.handle({ aggregateId, command: addItem(), expectedVersion: "any", metadata })).to.include({ version: 3 });
  });

  it("assumes that an uncached stream is new, and does not count a wrong guess as a conflict", async () => {
    const aggregateId = uuidv7();
    let conflicts = 0;
    await newHandler().handle({ aggregateId, command: addItem(), metadata });
    const { version, events } = await newHandler(undefined, { onConflict: () => conflicts++ }).handle({
      aggregateId,
      command: addItem(),
      metadata,
    });
    expect([version, events.map(({ event }) => event.type), conflicts]).to.deep.equal([3, ["ItemAddedToCart"], 0]);
  });

  it("continues from a snapshot, so that a long stream is not read from its first event", async () => {
    const aggregateId = uuidv7();
    const handler = newHandler();
    for (let n = 0; n < 250; n++) await handler.handle({ aggregateId, command: addItem({ itemId: `item-${n % 7}` }), metadata });
    // The events before the last one of the snapshot are deleted, so only the snapshot can know of them.
    await pool.query("DELETE FROM events WHERE aggregate_id = UUID_TO_BIN(?) AND version < 200", [aggregateId]);
    const { version, events } = await newHandler().handle({ aggregateId, command: { type: "PurchaseCart", orderId: "order-1" }, metadata });
    expect(version).to.equal(252);
    expect(events[0]?.event.data).to.deep.equal({ order_id: "order-1", total_amount: 250 * 2999 });
  });

  it("keeps the snapshots along a stream", async () => {
    const aggregateId = uuidv7();
    const handler = newHandler();
    for (let n = 0; n < 250; n++) await handler.handle({ aggregateId, command: addItem({ itemId: `item-${n % 7}` }), metadata });
    const snapshots = await eventStoreTables(pool).snapshots.rows({ aggregate_id: aggregateId });
    expect(snapshots.map(({ version }) => version)).to.deep.equal([100, 200]);
  });

  it("decides in parts on carts that take too much memory together, and answers every command", async () => {
    const carts = Array.from({ length: 100 }, () => uuidv7());
    const name = "x".repeat(255);
    const lines = Array.from({ length: 200 }, (_, n) => ({ line_id: `item-${n}`, item_id: `item-${n}`, name, quantity: 1, unit_price: 1 }));
    const full: readonly CartEvent[] = [
      { type: "CartCreated", data: { user_id: "user-1", tenant_id: "default", currency: "USD" } },
      { type: "CartMergedFrom", data: { source_cart_id: uuidv7(), strategy: "add", lines } },
    ];
    const rowsOf = (aggregate_id: string) =>
      full.map(({ type, data }, n) =>
        eventRow({
          aggregate_id,
          version: n + 1,
          event_type: type,
          event_data: data,
          schema_version: cartAggregate.codec.currentVersion(type),
        }),
      );
    for (const cart of carts) await eventStoreTables(pool).events.insert(rowsOf(cart));
    const batches: number[] = [];
    const handler = newHandler((commands) => batches.push(commands), { maxTransactions: 1 });
    const results = await Promise.all(
      carts.map((aggregateId) => handler.handle({ aggregateId, command: { type: "RemoveItem", lineId: "item-7" }, metadata })),
    );
    expect(results.map(({ version }) => version)).to.deep.equal(carts.map(() => 3));
    expect(Math.max(...batches)).to.be.within(10, 70);
  });

  describe("a command on two streams", () => {
    const merge = (sourceCartId: string, targetCartId: string) => ({
      aggregateId: sourceCartId,
      otherId: targetCartId,
      metadata,
      decide: ({ state: source }: { readonly state: Cart }, { state: target }: { readonly state: Cart }) => {
        const command = { type: "MergeCart", sourceCartId, targetCartId, strategy: "add" } as const;
        const events = decideMerge(command, source, target);
        return { own: events.source, other: events.target };
      },
    });
    const typesOf = async (aggregateId: string): Promise<string[]> => {
      const [rows] = await pool.query<(RowDataPacket & { event_type: string })[]>(
        "SELECT event_type FROM events WHERE aggregate_id = UUID_TO_BIN(?) ORDER BY version",
        [aggregateId],
      );
      return rows.map(({ event_type }) => event_type);
    };

    it("changes both", async () => {
      const handler = newHandler();
      const [source, target] = [uuidv7(), uuidv7()];
      await Promise.all([source, target].map((aggregateId) => handler.handle({ aggregateId, command: addItem(), metadata })));
      const { version, events, other } = await handler.handle(merge(source, target));
      expect([version, events.map(({ event }) => event.type)]).to.deep.equal([3, ["CartMergedInto"]]);
      expect([other?.aggregateId, other?.version, other?.events[0]?.event.type]).to.deep.equal([target, 3, "CartMergedFrom"]);
      expect(await typesOf(source)).to.deep.equal(["CartCreated", "ItemAddedToCart", "CartMergedInto"]);
      expect(await typesOf(target)).to.deep.equal(["CartCreated", "ItemAddedToCart", "CartMergedFrom"]);
    });

    it("is decided again on both if one of them has moved on, and changes neither by the first attempt", async () => {
      for (const moved of ["source", "target"] as const) {
        const [stale, other] = [newHandler(), newHandler()];
        const carts = { source: uuidv7(), target: uuidv7() };
        for (const aggregateId of Object.values(carts)) await stale.handle({ aggregateId, command: addItem(), metadata });
        await other.handle({ aggregateId: carts[moved], command: addItem({ quantity: 5 }), metadata });
        const merged = await stale.handle(merge(carts.source, carts.target));
        expect(merged.other?.events[0]?.event.data).to.deep.include({
          lines: [{ line_id: "item-1", item_id: "item-1", quantity: 7, unit_price: 2999 }],
        });
      }
    });

    it("is refused, and changes neither, if a cart that is cached as open has been closed", async () => {
      const [stale, other] = [newHandler(), newHandler()];
      const [source, target] = [uuidv7(), uuidv7()];
      for (const aggregateId of [source, target]) await stale.handle({ aggregateId, command: addItem(), metadata });
      await other.handle({ aggregateId: target, command: { type: "PurchaseCart", orderId: "order-1" }, metadata });
      expect(await rejectionOf(stale.handle(merge(source, target)))).to.include({ name: "DomainError", code: "CART_CLOSED" });
      expect([await versionsOf(source), await versionsOf(target)]).to.deep.equal([upTo(2), upTo(3)]);
    });

    it("sees the results of the commands before it in its transaction, and the commands after it see its result", async () => {
      const handler = newHandler();
      const [source, target] = [uuidv7(), uuidv7()];
      const results = await Promise.allSettled([
        handler.handle({ aggregateId: uuidv7(), command: addItem(), metadata }),
        handler.handle({ aggregateId: source, command: addItem(), metadata }),
        handler.handle({ aggregateId: target, command: addItem(), metadata }),
        handler.handle(merge(source, target)),
        handler.handle({ aggregateId: source, command: addItem(), metadata }),
        handler.handle({ aggregateId: target, command: addItem(), metadata }),
      ]);
      expect(results.map(({ status }) => status)).to.deep.equal([...Array<string>(4).fill("fulfilled"), "rejected", "fulfilled"]);
      expect([await versionsOf(source), await versionsOf(target)]).to.deep.equal([upTo(3), upTo(4)]);
    });

    it("loses nothing when carts merge crosswise under load from several processes", async () => {
      const handlers = [newHandler(), newHandler()];
      const carts = upTo(6).map(() => uuidv7());
      const target = uuidv7();
      for (const aggregateId of [...carts, target]) await handlers[0]?.handle({ aggregateId, command: addItem(), metadata });
      await Promise.all(
        carts.flatMap((cart, index) =>
          handlers.flatMap((handler) => [
            handler.handle({ aggregateId: target, command: addItem(), metadata }),
            // The second command finds the cart merged, so it changes nothing.
            handler.handle(merge(cart, target)),
            handler.handle({ aggregateId: target, command: addItem({ itemId: `item-${index}` }), metadata }),
          ]),
        ),
      );
      const stream = (await loadStreams(pool, cartAggregate, [target])).get(target);
      expect(stream?.version).to.equal(2 + 24 + 6);
      expect(stream?.state.status === "OPEN" && itemCount(stream.state)).to.equal(1 + 24 + 6);
    });

    it("must change both or neither", async () => {
      const handler = newHandler();
      const aggregateId = uuidv7();
      const own = [{ type: "CartCleared", data: {} }] as const;
      const error = await rejectionOf(handler.handle({ aggregateId, otherId: uuidv7(), metadata, decide: () => ({ own, other: [] }) }));
      expect(String(error)).to.contain("both or neither");
      expect(await versionsOf(aggregateId)).to.deep.equal([]);
    });
  });

  describe("a command with an idempotency key", () => {
    const hashOf = (text: string): Buffer => createHash("sha256").update(text).digest();
    /** Every computed answer differs from all others, so a replayed answer is recognisable. */
    const once = (key: string, request = "request"): Once<CartEvent> => ({
      key,
      requestHash: hashOf(request),
      answer: ({ version }) => `version ${version} ☕ ${uuidv7()}`,
    });
    const add = (aggregateId: string, changes: Partial<AddItem> = {}) => ({ aggregateId, command: addItem(changes), metadata });

    it("is executed once, and any process replays its answer", async () => {
      const aggregateId = uuidv7();
      const first = await newHandler().handleOnce(add(aggregateId), once("key-1"));
      expect(first).to.deep.include({ version: 2, replayed: false });
      for (const handler of [newHandler(), newHandler()]) {
        expect(await handler.handleOnce(add(aggregateId), once("key-1"))).to.deep.equal({ ...first, replayed: true });
      }
      expect(await versionsOf(aggregateId)).to.deep.equal(upTo(2));
    });

    it("replays the first answer even if the cart would now refuse the command or has another version", async () => {
      const handler = newHandler();
      const aggregateId = uuidv7();
      await handler.handle(add(aggregateId));
      const first = await handler.handleOnce({ ...add(aggregateId), expectedVersion: 2 }, once("key-1"));
      await handler.handle({ aggregateId, command: { type: "PurchaseCart", orderId: "order-1" }, metadata });
      const again = await handler.handleOnce({ ...add(aggregateId), expectedVersion: 2 }, once("key-1"));
      expect(again).to.deep.equal({ ...first, replayed: true });
    });

    it("is appended once if it comes many times at the same moment, to several processes", async () => {
      const aggregateId = uuidv7();
      const handlers = [newHandler(), newHandler(), newHandler()];
      const results = await Promise.all(
        upTo(20).flatMap(() => handlers.map((handler) => handler.handleOnce(add(aggregateId), once("key-1")))),
      );
      expect(new Set(results.map(({ answer }) => answer)).size).to.equal(1);
      expect(results.filter(({ replayed }) => !replayed)).to.have.length(1);
      expect(await versionsOf(aggregateId)).to.deep.equal(upTo(2));
    });

    it("replays the answer of a faster process instead of a rejection caused by its own success", async () => {
      for (let n = 0; n < 10; n++) {
        const aggregateId = uuidv7();
        // A second execution would exceed the limit of 1,000 units of a line.
        const request = { aggregateId, command: addItem({ quantity: 600 }), metadata };
        const results = await Promise.all(Array.from({ length: 4 }, () => newHandler().handleOnce(request, once("key-1"))));
        expect(new Set(results.map(({ answer }) => answer)).size).to.equal(1);
        expect(await versionsOf(aggregateId)).to.deep.equal(upTo(2));
      }
    });

    it("is appended once if it comes twice to one transaction", async () => {
      const handler = newHandler();
      const aggregateId = uuidv7();
      // While the first key is looked up and its command is stored, the other commands wait, and then continue together.
      const [, ...results] = await Promise.all([
        handler.handleOnce(add(uuidv7()), once("key-1")),
        handler.handleOnce(add(aggregateId), once("key-1")),
        handler.handleOnce(add(aggregateId), once("key-1")),
      ]);
      expect(results.map(({ replayed }) => replayed)).to.deep.equal([false, true]);
      expect(await versionsOf(aggregateId)).to.deep.equal(upTo(2));
    });

    it("is refused if its key was used for another request, earlier or at the same moment", async () => {
      const handler = newHandler();
      const aggregateId = uuidv7();
      const results = await Promise.allSettled(
        ["a", "b", "b"].map((request) => handler.handleOnce(add(aggregateId), once("key-1", request))),
      );
      expect(results.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "rejected"]);
      const late = await rejectionOf(newHandler().handleOnce(add(aggregateId), once("key-1", "b")));
      expect(late).to.include({ name: "IdempotencyKeyReusedError", key: "key-1" });
      expect(await versionsOf(aggregateId)).to.deep.equal(upTo(2));
    });

    it("has a separate key on each aggregate and in each spelling, also if they are looked up together", async () => {
      const handler = newHandler();
      const carts = [uuidv7(), uuidv7()] as const;
      const keys = [
        [carts[0], "KEY"],
        [carts[0], "key"],
        [carts[1], "key"],
      ] as const;
      const send = () => Promise.all(keys.map(([cart, key]) => handler.handleOnce(add(cart), once(key))));
      const first = await send();
      expect(first.map(({ replayed }) => replayed)).to.deep.equal([false, false, false]);
      expect((await send()).map(({ answer }) => answer)).to.deep.equal(first.map(({ answer }) => answer));
    });

    it("stores the answer of a command that changed nothing, and no answer of a refused command", async () => {
      const handler = newHandler();
      const aggregateId = uuidv7();
      const reopen = { aggregateId, command: { type: "ReopenCart" }, metadata } as const;
      expect(await rejectionOf(handler.handleOnce(reopen, once("key-1")))).to.include({ code: "CART_NOT_FOUND" });
      await handler.handle(add(aggregateId));
      const first = await handler.handleOnce(reopen, once("key-1"));
      expect(first).to.include({ version: 2, replayed: false });
      await handler.handle(add(aggregateId));
      expect(await handler.handleOnce(reopen, once("key-1"))).to.deep.equal({ ...first, replayed: true });
    });

    it("does not fail the others in its transaction if another process commits its key at that moment", async () => {
      const batches: number[] = [];
      const handler = newHandler((commands) => batches.push(commands), { maxTransactions: 1 });
      const [blocked, replayed, ...neighbours] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
      await handler.handleOnce(add(uuidv7()), once("warm-up"));
      const known = uuidv7();
      await handler.handleOnce(add(known), once("known"));
      batches.length = 0;

      const other = await pool.getConnection();
      try {
        await other.query("START TRANSACTION");
        const answers = [blocked, replayed].map((aggregateId) => ({
          aggregateType: cartAggregate.type,
          aggregateId,
          key: "key-1",
          requestHash: hashOf("request"),
          version: 7,
          answer: `of another process to ${aggregateId}`,
        }));
        await writeTogether(other, [insertAnswers(answers)]);

        const first = handler.handleOnce(add(blocked), once("key-1"));
        await waitFor("the transaction to wait for the other one", async () => {
          const [rows] = await pool.query<RowDataPacket[]>(
            "SELECT 1 FROM performance_schema.data_locks WHERE OBJECT_SCHEMA = DATABASE() AND LOCK_STATUS = 'WAITING'",
          );
          return rows.length > 0;
        });
        const second = handler.handleOnce(add(replayed), once("key-1"));
        const others = neighbours.map((aggregateId) => handler.handle(add(aggregateId)));
        // Keys are looked up one after the other, so the key of `second` has been looked up when this command is answered.
        await handler.handleOnce(add(known), once("known"));
        await other.query("COMMIT");

        expect(await Promise.all([first, second])).to.deep.equal(
          answers.map(({ version, answer }) => ({ version, answer, replayed: true })),
        );
        expect((await Promise.all(others)).map(({ version }) => version)).to.deep.equal([2, 2]);
        expect(await Promise.all([blocked, replayed].map(versionsOf))).to.deep.equal([[], []]);
        expect(batches).to.deep.equal([2]);
      } finally {
        other.destroy();
      }
    });

    it("is refused beyond the limit of waiting keys", async () => {
      const handler = createCommandHandler({
        pool,
        aggregate: cartAggregate,
        now: () => new Date(0),
        newEventId: () => uuidv7(),
        maxWaitingCommands: 2,
      });
      const results = await Promise.allSettled(["a", "b", "c"].map((key) => handler.handleOnce(add(uuidv7()), once(key))));
      expect(results.map(({ status }) => status)).to.deep.equal(["fulfilled", "fulfilled", "rejected"]);
      expect(results[2]).to.have.nested.include({ "reason.code": "OVERLOADED" });
    });

    it("is answered if it was accepted before the stop, and refused otherwise", async () => {
      const handler = newHandler();
      const aggregateId = uuidv7();
      const results = Promise.allSettled(upTo(3).map(() => handler.handleOnce(add(aggregateId), once("key-1"))));
      await handler.stop();
      for (const result of await results) {
        if (result.status === "rejected") expect(result.reason).to.include({ code: "STOPPING" });
      }
      expect((await versionsOf(aggregateId)).length).to.be.oneOf([0, 2]);
    });
  });

  it("answers the accepted commands and refuses commands after `stop`", async () => {
    const handler = newHandler();
    const taken = handler.handle({ aggregateId: uuidv7(), command: addItem(), metadata });
    const stopped = handler.stop();
    const refused = await rejectionOf(handler.handle({ aggregateId: uuidv7(), command: addItem(), metadata }));
    expect(refused).to.include({ name: "CommandFailedError", code: "STOPPING" });
    await stopped;
    expect((await taken).version).to.equal(2);
  });
});

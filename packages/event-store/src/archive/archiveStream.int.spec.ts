import { createHash } from "node:crypto";
import {
  type AddItem,
  type Cart,
  cartAggregate,
  type CartCommand,
  type CartEvent,
  decideMerge,
  itemCount,
  type RecordedEvent,
} from "@cart/domain";
import { migrateEventStore } from "@cart/migrations";
import { isLockConflict, readRowsFrom } from "@cart/mysql";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { StreamArchivedError, StreamHiddenError, VersionMismatchError } from "../commands/commandErrors.ts";
import { type CommandHandler, createCommandHandler } from "../commands/commandHandler.ts";
import { openEventStorePool } from "../openEventStorePool.ts";
import { type Append, appendLocked, appendStreams } from "../streams/appendStreams.ts";
import { ConcurrencyError } from "../streams/concurrencyError.ts";
import { createStreamFolder, foldAllStreams } from "../streams/foldStreams.ts";
import { loadStreams } from "../streams/loadStreams.ts";
import { readStream } from "../streams/readStream.ts";
import { eventRow, eventStoreTables } from "../testing/eventStoreTables.ts";
import { readArchived } from "./archivedStreams.ts";
import { archiveStream, finishRemovals } from "./archiveStream.ts";
import type { ArchiveStorage } from "./archiveObject.ts";
import { findIdleStreams, findUnpublished } from "./idleStreams.ts";
import { restoreStream } from "./restoreStream.ts";

type Carts = CommandHandler<Cart, CartCommand, CartEvent>;

const metadata = { correlation_id: "correlation-1", causation_id: "causation-1" };
const created: CartEvent = { type: "CartCreated", data: { user_id: "user-1", tenant_id: "shop", currency: "USD" } };
const add: AddItem = {
  type: "AddItem",
  userId: "user-1",
  defaults: { tenantId: "shop", currency: "USD" },
  itemId: "item-1",
  quantity: 1,
  price: 29.99,
};

/** Keeps objects in memory, as a storage does: no object is replaced. */
const memoryStorage = (): ArchiveStorage & { readonly objects: Map<string, Buffer> } => {
  const objects = new Map<string, Buffer>();
  return {
    objects,
    put: (key, content) => {
      const isNew = !objects.has(key);
      if (isNew) objects.set(key, Buffer.from(content));
      return Promise.resolve(isNew);
    },
    get: (key) => Promise.resolve(objects.get(key)),
  };
};

describe("the archive", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  before(() => (pool = openEventStorePool({ url: database.url(), connectionLimit: 10 })));
  after(() => pool.end());
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => void (await Promise.all(stops.splice(0).map((stop) => stop()))));

  /** Stands for one process, with its own queue and cache. */
  const carts = (): Carts => {
    const handler = createCommandHandler({ pool, aggregate: cartAggregate, now: () => new Date(), newEventId: () => uuidv7() });
    stops.push(handler.stop);
    return handler;
  };
  const send = (handler: Carts, aggregateId: string, command: CartCommand = add) => handler.handle({ aggregateId, command, metadata });
  /** Sends `items` commands, which make one event more. */
  const fill = async (handler: Carts, cart: string, items: number): Promise<number> => {
    for (let n = 0; n < items; n += 1) await send(handler, cart);
    await publish(cart);
    return items + 1;
  };
  const publish = (cart: string) => eventStoreTables(pool).outbox.remove({ aggregate_id: cart });
  const archive = (aggregateId: string, version: number, storage: ArchiveStorage = memoryStorage(), eventId = uuidv7()) =>
    archiveStream(pool, storage, {
      aggregateType: "Cart",
      aggregateId,
      tenantId: "shop",
      version,
      notice: { eventId, type: "CartArchived", schemaVersion: 1, dataOf: (object_key) => ({ object_key }), metadata, at: new Date() },
    });
  const restore = (aggregateId: string, storage: ArchiveStorage) => restoreStream(pool, storage, { aggregateType: "Cart", aggregateId });
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => "resolved",
      (error: unknown) => error,
    );
  const rowsOf = (cart: string) => eventStoreTables(pool).events.rows({ aggregate_id: cart });
  const withoutIds = (rows: readonly Record<string, unknown>[]) => rows.map((row) => ({ ...row, id: undefined }));
  const stateOf = async (cart: string) => (await loadStreams(pool, cartAggregate, [cart])).get(cart);
  /** How many transactions wait for a lock. */
  const waiting = async (): Promise<number> => {
    const [[row]] = await database
      .pool()
      .query<(RowDataPacket & { readonly waiting: number })[]>(
        "SELECT COUNT(DISTINCT ENGINE_TRANSACTION_ID) AS waiting FROM performance_schema.data_locks WHERE OBJECT_SCHEMA = DATABASE() AND LOCK_STATUS = 'WAITING'",
      );
    return row?.waiting ?? 0;
  };

  it("moves a stream out of every table, tells subscribers once behind its last event, and brings it back as it was", async () => {
    const [cart, storage, eventId] = [uuidv7(), memoryStorage(), uuidv7()];
    const handler = carts();
    await handler.handleOnce(
      { aggregateId: cart, command: add, metadata },
      { key: "key-1", requestHash: createHash("sha256").update("1").digest(), answer: () => "{}" },
    );
    const version = 1 + (await fill(handler, cart, 250));
    const before = await rowsOf(cart);
    const { events, outbox, snapshots, keys } = eventStoreTables(pool);
    expect([await snapshots.count({ aggregate_id: cart }), await keys.count({ aggregate_id: cart })].every((rows) => rows > 0)).to.equal(
      true,
    );

    expect(await archive(cart, version, storage, eventId)).to.equal("archived");
    expect(await archive(cart, version, storage)).to.equal("changed");
    for (const table of [events, snapshots, keys]) expect(await table.count({ aggregate_id: cart })).to.equal(0);
    const told = await outbox.rows({ aggregate_id: cart });
    expect(told.map(({ version: at, event_type, event_id }) => ({ at, event_type, event_id }))).to.deep.equal([
      { at: version + 1, event_type: "CartArchived", event_id: eventId },
    ]);
    const [archived] = await readArchived(readRowsFrom(pool), "Cart", [cart]);
    expect(archived).to.include({ state: "ARCHIVED", tenantId: "shop", version, objectKey: `cart/t-shop/${cart}/${version}.ndjson.gz` });

    expect(await failureOf(restore(cart, storage))).to.match(/have not been told yet/);
    await publish(cart);
    expect(await restore(cart, storage)).to.equal(version);
    expect(withoutIds(await rowsOf(cart))).to.deep.equal(withoutIds(before));
    expect((await outbox.rows({ aggregate_id: cart })).map((row) => row["event_id"])).to.deep.equal(before.map((row) => row["event_id"]));
    expect(await failureOf(restore(cart, storage))).to.match(/is not in the archive/);
    await send(handler, cart);
    expect((await stateOf(cart))?.version).to.equal(version + 1);
    await publish(cart);
    expect(await archive(cart, version + 1, storage)).to.equal("archived");
    expect(storage.objects.size).to.equal(2);
  });

  it("refuses every command on an archived stream, in every process, and no other command of its batch", async () => {
    const [cart, other, storage] = [uuidv7(), uuidv7(), memoryStorage()];
    const [writer, reader] = [carts(), carts()];
    const version = await fill(writer, cart, 3);
    await send(reader, cart);
    await publish(cart);
    expect(await archive(cart, version + 1, storage)).to.equal("archived");
    const commands: readonly CartCommand[] = [add, { type: "RemoveItem", lineId: "absent" }, { type: "ClearCart" }];
    for (const handler of [writer, reader, carts()]) {
      for (const command of commands) {
        const outcomes = await Promise.all([failureOf(send(handler, cart, command)), failureOf(send(handler, other))]);
        expect(outcomes[0], command.type).to.be.instanceOf(StreamArchivedError).and.to.have.nested.property("stream.aggregateId", cart);
        expect(outcomes[1], command.type).to.equal("resolved");
      }
      for (const [aggregateId, otherId] of [
        [cart, other],
        [other, cart],
      ] as const) {
        const decide = (own: { readonly state: Cart }, into: { readonly state: Cart }) => {
          const merge = { type: "MergeCart", sourceCartId: aggregateId, targetCartId: otherId, strategy: "add" } as const;
          const { source, target } = decideMerge(merge, own.state, into.state);
          return { own: source, other: target };
        };
        expect(await failureOf(handler.handle({ aggregateId, otherId, decide, metadata }))).to.be.instanceOf(StreamArchivedError);
      }
    }
    expect(await rowsOf(cart)).to.deep.equal([]);
    await publish(cart);
    await restore(cart, storage);
    for (const handler of [writer, reader, carts()]) await send(handler, cart);
    const state = (await stateOf(cart))?.state;
    expect(state?.status === "OPEN" ? itemCount(state) : 0).to.equal(7);
  });

  it("hides an archived stream from the commands of other tenants, which fail as on a stream that does not exist", async () => {
    const [cart, own, storage] = [uuidv7(), uuidv7(), memoryStorage()];
    const handler = carts();
    await archive(cart, await fill(handler, cart, 1), storage);
    const sendAs = (senderTenantId: string, command: CartCommand, expectedVersion?: number) =>
      failureOf(handler.handle({ aggregateId: cart, command, expectedVersion, permits: () => true, senderTenantId, metadata }));
    for (const command of [add, { type: "SubmitCart" }] as const)
      expect(await sendAs("shop", command)).to.be.instanceOf(StreamArchivedError);
    expect(await sendAs("shop-2", { type: "SubmitCart" })).to.include({ code: "CART_NOT_FOUND" });
    expect(await sendAs("shop-2", { type: "SubmitCart" }, 2))
      .to.be.instanceOf(VersionMismatchError)
      .and.to.include({ actualVersion: 0 });
    expect(await sendAs("shop-2", add)).to.be.instanceOf(StreamHiddenError);
    await send(handler, own);
    const decide = (source: { readonly state: Cart }, target: { readonly state: Cart }) => {
      const merge = { type: "MergeCart", sourceCartId: own, targetCartId: cart, strategy: "add" } as const;
      const decided = decideMerge(merge, source.state, target.state);
      return { own: decided.source, other: decided.target };
    };
    expect(await failureOf(handler.handle({ aggregateId: own, otherId: cart, decide, senderTenantId: "shop-2", metadata })))
      .to.be.instanceOf(Error)
      .and.not.to.be.instanceOf(StreamArchivedError);
    expect(await rowsOf(cart)).to.deep.equal([]);
  });

  const eventAt = (cart: string, version: number): RecordedEvent<CartEvent> => ({
    eventId: uuidv7(),
    aggregateType: "Cart",
    aggregateId: cart,
    version,
    schemaVersion: 1,
    occurredAt: new Date(),
    metadata,
    event: { type: "CartCleared", data: {} },
  });
  const ways: Readonly<Record<string, (append: Append<CartEvent>, version: number) => Promise<unknown>>> = {
    "without locks": (append) => appendStreams(pool, cartAggregate, { appends: [append], answers: [], tenantIds: ["shop"] }),
    "with locks": (append, version) =>
      appendLocked(pool, cartAggregate, new Map([[append.aggregateId, { version }]]), () =>
        Promise.resolve({ appends: [append], answers: [], tenantIds: ["shop"] }),
      ),
  };
  for (const [way, append] of Object.entries(ways)) {
    it(`leaves a stream alone that gets an event ${way} at the same time`, async () => {
      const cart = uuidv7();
      const version = await fill(carts(), cart, 2);
      const event = eventAt(cart, version + 1);
      const follows = String((await rowsOf(cart)).at(-1)?.["event_id"]);
      const blocker = await database.pool().getConnection();
      const works: Promise<unknown>[] = [];
      try {
        await blocker.query("START TRANSACTION");
        await eventStoreTables(blocker).events.insert([eventRow({ aggregate_id: uuidv7(), version: 1, event_id: event.eventId })]);
        works.push(append({ aggregateType: "Cart", aggregateId: cart, events: [event], follows }, version));
        await waitFor("the append to wait for another event with its id", async () => (await waiting()) === 1);
        works.push(archive(cart, version));
        await waitFor("the removal to wait for the append", async () => (await waiting()) === 2);
        await blocker.query("ROLLBACK");
        await works[0];
        expect(await works[1]).to.equal("changed");
        expect(await rowsOf(cart)).to.have.lengthOf(version + 1);
      } finally {
        blocker.destroy();
        await Promise.allSettled(works);
      }
    });
  }

  for (const isNew of [false, true]) {
    const what = isNew
      ? "undoes the first event of a stream that was removed"
      : "stores the next event of a stream, or removes the stream,";
    it(`${what} after its append had begun, and never stores an event behind the removal`, async () => {
      const cart = uuidv7();
      const version = await fill(carts(), cart, 2);
      const follows = String((await rowsOf(cart)).at(-1)?.["event_id"]);
      const answer = { aggregateType: "Cart", aggregateId: cart, key: "key-1", requestHash: Buffer.alloc(32), version, answer: "{}" };
      const event = isNew ? { ...eventAt(cart, 1), schemaVersion: 2, event: created } : eventAt(cart, version + 1);
      const blocker = await database.pool().getConnection();
      let work: Promise<unknown> = Promise.resolve();
      try {
        await blocker.query("START TRANSACTION");
        // Behind the question whether the predecessor is stored, and before the insert of the event.
        await eventStoreTables(blocker).keys.insert([
          { aggregate_id: cart, aggregate_type: "Cart", idempotency_key: "key-1", request_hash: Buffer.alloc(32), version, answer: "{}" },
        ]);
        const append = { aggregateType: "Cart", aggregateId: cart, events: [event], ...(isNew ? {} : { follows }) };
        work = failureOf(appendStreams(pool, cartAggregate, { appends: [append], answers: [answer], tenantIds: ["shop"] }));
        await waitFor("the append to wait for another answer with its key", async () => (await waiting()) === 1);
        const removal = archive(cart, version);
        // The question has locked the predecessor, so only a first event is overtaken.
        if (isNew) await waitFor("the events to be removed", async () => (await rowsOf(cart)).length === 0);
        else await waitFor("the removal to wait for the append", async () => (await waiting()) === 2);
        await blocker.query("ROLLBACK");
        const isStored = (await work) === "resolved";
        if (isNew) expect(await work).to.be.instanceOf(ConcurrencyError);
        // The removal has the end of the stream, and the append has the predecessor: the server undoes one of the two.
        else if (!isStored) expect(isLockConflict(await work), String(await work)).to.equal(true);
        expect(await removal).to.equal(isStored ? "changed" : "archived");
        expect(await rowsOf(cart)).to.have.lengthOf(isStored ? version + 1 : 0);
      } finally {
        blocker.destroy();
        await work;
      }
    });
  }

  it("lets nobody begin an archived stream again, not even an append that was decided before", async () => {
    const cart = uuidv7();
    const version = await fill(carts(), cart, 1);
    await archive(cart, version);
    const first = { ...eventAt(cart, 1), schemaVersion: 2, event: created };
    for (const append of Object.values(ways))
      expect(await failureOf(append({ aggregateType: "Cart", aggregateId: cart, events: [first] }, 0))).to.be.instanceOf(ConcurrencyError);
    expect(await rowsOf(cart)).to.deep.equal([]);
  });

  it("lets other streams begin and go on while a removal is under way, also if few streams were archived before", async () => {
    const follows = new Map<string, string>();
    // More streams than archived ones: MySQL would rather read the whole table then.
    const known = Array.from({ length: 60 }, () => uuidv7());
    for (const id of known) {
      const first = { ...eventAt(id, 1), schemaVersion: 2, event: created };
      follows.set(id, first.eventId);
      await ways["without locks"]?.({ aggregateType: "Cart", aggregateId: id, events: [first] }, 0);
    }
    const beginnings = known.map((): Append<CartEvent> => {
      const id = uuidv7();
      return { aggregateType: "Cart", aggregateId: id, events: [{ ...eventAt(id, 1), schemaVersion: 2, event: created }] };
    });
    const next = known.map((id): Append<CartEvent> => ({
      aggregateType: "Cart",
      aggregateId: id,
      events: [eventAt(id, 2)],
      follows: follows.get(id),
    }));
    const removal = await database.pool().getConnection();
    try {
      await removal.query("START TRANSACTION");
      const tombstone = { aggregate_type: "Cart", state: "REMOVING", tenant_id: "shop", version: 1, object_key: "key", schema_version: 1 };
      const rest = { sha256: Buffer.alloc(32), event_id: uuidv7(), event_data: {}, archived_at: new Date() };
      await eventStoreTables(removal).archived.insert([{ aggregate_id: uuidv7(), ...tombstone, ...rest }]);
      // An append that waited for the removal would fail when its time is over.
      await appendStreams(pool, cartAggregate, { appends: [...beginnings, ...next], answers: [], tenantIds: ["shop"] });
    } finally {
      removal.destroy();
    }
  });

  it("asks about the archive only for a first event, and for one whose predecessor can outlive a part of the removal", async () => {
    const [cart, other] = [uuidv7(), uuidv7()];
    const version = await fill(carts(), cart, 1);
    const follows = String((await rowsOf(cart)).at(-1)?.["event_id"]);
    const append = (aggregateId: string, event: RecordedEvent<CartEvent>, before?: string) =>
      ways["without locks"]?.({ aggregateType: "Cart", aggregateId, events: [event], follows: before }, 0);
    const blocker = await database.pool().getConnection();
    try {
      await blocker.query("LOCK TABLES archived_streams WRITE");
      await append(cart, eventAt(cart, version + 1), follows);
      const first = append(other, { ...eventAt(other, 1), schemaVersion: 2, event: created });
      await waitFor("the first event to wait for the table", async () => {
        const [rows] = await database
          .pool()
          .query<RowDataPacket[]>(
            "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE = 'Waiting for table metadata lock'",
          );
        return rows.length > 0;
      });
      await blocker.query("UNLOCK TABLES");
      await first;
    } finally {
      blocker.destroy();
    }
    expect([await rowsOf(cart), await rowsOf(other)].map((rows) => rows.length)).to.deep.equal([version + 1, 1]);
  });

  it("restores a stream that fits into one transaction whole or not at all, so that no event gets behind its last one before", async () => {
    const [cart, storage] = [uuidv7(), memoryStorage()];
    const version = await fill(carts(), cart, 2);
    await archive(cart, version, storage);
    await publish(cart);
    await database.pool().query("CREATE TRIGGER stop_ending BEFORE DELETE ON archived_streams FOR EACH ROW SIGNAL SQLSTATE '45000'");
    expect(await failureOf(restore(cart, storage))).to.be.instanceOf(Error);
    expect(await rowsOf(cart)).to.deep.equal([]);
    await database.pool().query("DROP TRIGGER stop_ending");
    expect(await restore(cart, storage)).to.equal(version);
  });

  it("removes nothing unless the storage has exactly the stream", async () => {
    const cart = uuidv7();
    const version = await fill(carts(), cart, 2);
    const whole = memoryStorage();
    const other = uuidv7();
    await archive(other, await fill(carts(), other, 2), whole);
    const [otherObject = Buffer.alloc(0)] = whole.objects.values();
    const storages: Readonly<Record<string, ArchiveStorage>> = {
      "loses the object": { put: () => Promise.resolve(true), get: () => Promise.resolve(undefined) },
      "cuts the object": { put: () => Promise.resolve(true), get: () => Promise.resolve(otherObject.subarray(0, 100)) },
      "has another stream": { put: () => Promise.resolve(false), get: () => Promise.resolve(otherObject) },
      "fails to store": { put: () => Promise.reject(new Error("the disk is full")), get: () => Promise.resolve(otherObject) },
      "fails to read": { put: () => Promise.resolve(true), get: () => Promise.reject(new Error("no answer")) },
    };
    for (const [name, storage] of Object.entries(storages)) {
      expect(await failureOf(archive(cart, version, storage)), name).to.be.instanceOf(Error);
      expect(await rowsOf(cart), name).to.have.lengthOf(version);
    }
    await send(carts(), cart);
    expect(await archive(cart, version)).to.equal("changed");
    expect(await archive(cart, version + 1)).to.equal("unpublished");
    expect(await findUnpublished(readRowsFrom(pool), "Cart", [cart, uuidv7()])).to.deep.equal(new Set([cart]));
    await publish(cart);
    expect(await archive(cart, version + 1)).to.equal("archived");
    expect(await failureOf(restore(cart, memoryStorage()))).to.match(/is missing/);
  });

  it("archives a stream whose version has other events in the storage, which an event store has lost, and keeps both objects", async () => {
    const [cart, storage] = [uuidv7(), memoryStorage()];
    const version = await fill(carts(), cart, 2);
    expect(await archive(cart, version, storage)).to.equal("archived");
    const { archived } = eventStoreTables(pool);
    await publish(cart);
    await archived.remove({ aggregate_id: cart });
    await fill(carts(), cart, 2);
    const before = await rowsOf(cart);
    expect(await archive(cart, version, storage)).to.equal("archived");
    expect(storage.objects.size).to.equal(2);
    const [tombstone] = await readArchived(readRowsFrom(pool), "Cart", [cart]);
    expect(tombstone?.objectKey).to.match(new RegExp(`/${cart}/${version}-[0-9a-f]{64}\\.ndjson\\.gz$`));
    await publish(cart);
    await restore(cart, storage);
    expect(withoutIds(await rowsOf(cart))).to.deep.equal(withoutIds(before));
  });

  it("ends a removal although its last step meets a deadlock", async () => {
    const [cart, storage] = [uuidv7(), memoryStorage()];
    const version = await fill(carts(), cart, 1);
    const holder = await database.pool().getConnection();
    await holder.query("SELECT GET_LOCK('refuse updates', 10)");
    await pool.query(`CREATE TRIGGER refuse_update BEFORE UPDATE ON archived_streams FOR EACH ROW
      IF IS_USED_LOCK('refuse updates') IS NOT NULL THEN
        DO SLEEP(1);
        SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213;
      END IF`);
    try {
      const archiving = archive(cart, version, storage);
      archiving.catch(() => undefined);
      await waitFor("the last step to be about to be refused", async () => {
        const [[asleep]] = await holder.query<RowDataPacket[]>(
          "SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE = 'User sleep'",
        );
        return Number(asleep?.["n"]) > 0;
      });
      await holder.query("DO RELEASE_LOCK('refuse updates')");
      expect(await archiving).to.equal("archived");
    } finally {
      await pool.query("DROP TRIGGER refuse_update");
      holder.destroy();
    }
    const [tombstone] = await readArchived(readRowsFrom(pool), "Cart", [cart]);
    expect(tombstone?.state).to.equal("ARCHIVED");
  });

  it("removes a long stream in several transactions, and the next run ends what a killed one has left", async () => {
    const [cart, storage] = [uuidv7(), memoryStorage()];
    const rows = Array.from({ length: 2_500 }, (_, index) =>
      eventRow({
        aggregate_id: cart,
        version: index + 1,
        ...(index === 0 ? { event_type: "CartCreated", schema_version: 2, event_data: created.data } : {}),
      }),
    );
    await eventStoreTables(pool).events.insert(rows);
    await database
      .pool()
      .query(
        "CREATE TRIGGER stop_deleting BEFORE DELETE ON events FOR EACH ROW IF OLD.version > 2000 THEN SIGNAL SQLSTATE '45000'; END IF",
      );
    expect(await failureOf(archive(cart, 2_500, storage))).to.be.instanceOf(Error);
    expect(await eventStoreTables(pool).events.count({ aggregate_id: cart })).to.equal(500);
    expect((await stateOf(cart))?.archived).to.include({ state: "REMOVING", version: 2_500 });
    expect(
      (await readStream(readRowsFrom(pool), cartAggregate, { aggregateId: cart, after: 0, upTo: 1 }, { maxEvents: 1, maxBytes: 1 })).events,
    ).to.deep.equal([]);
    expect(await failureOf(send(carts(), cart))).to.be.instanceOf(StreamArchivedError);
    /** Stands for a process that remembers the stream at a version whose event is still, or again, stored. */
    const expectNoneBehind = async (at: number): Promise<void> => {
      const follows = String((await rowsOf(cart)).find((row) => row["version"] === at)?.["event_id"]);
      for (const [way, append] of Object.entries(ways)) {
        const event = { aggregateType: "Cart", aggregateId: cart, events: [eventAt(cart, at + 1)], follows };
        expect(await failureOf(append(event, at)), `${way} behind ${at}`).to.be.instanceOf(ConcurrencyError);
      }
    };
    await expectNoneBehind(2_500);
    const folder = createStreamFolder(cartAggregate, (id) => ({ add: () => undefined, end: () => id }));
    const folded: string[] = [];
    for await (const { results } of foldAllStreams(readRowsFrom(pool), [folder], { maxEvents: 300, maxBytes: 4_000_000 }))
      folded.push(...results);
    expect(folded).not.to.include(cart);

    await database.pool().query("DROP TRIGGER stop_deleting");
    const { signal } = new AbortController();
    expect(await finishRemovals(pool, "Cart", signal)).to.equal(1);
    expect(await finishRemovals(pool, "Cart", signal)).to.equal(0);
    expect(await rowsOf(cart)).to.deep.equal([]);

    await publish(cart);
    await database
      .pool()
      .query(
        "CREATE TRIGGER stop_inserting BEFORE INSERT ON events FOR EACH ROW IF NEW.version > 1500 THEN SIGNAL SQLSTATE '45000'; END IF",
      );
    expect(await failureOf(restore(cart, storage))).to.be.instanceOf(Error);
    expect(await failureOf(send(carts(), cart))).to.be.instanceOf(StreamArchivedError);
    await database.pool().query("DROP TRIGGER stop_inserting");
    await expectNoneBehind(1_000);
    expect(await restore(cart, storage)).to.equal(2_500);
    expect((await rowsOf(cart)).map((row) => row["version"])).to.deep.equal(rows.map((_, index) => index + 1));
  });

  it("finds the streams that were left alone, whatever was appended to others", async () => {
    const handler = carts();
    const [old, young] = [uuidv7(), uuidv7()];
    const begin = new Date();
    await fill(handler, old, 2);
    await fill(handler, young, 1);
    await eventStoreTables(pool).events.change({ created_at: new Date(begin.getTime() - 86_400_000) }, { aggregate_id: old });
    await eventStoreTables(pool).events.change({ created_at: new Date(begin.getTime() - 86_400_000) }, { aggregate_id: young, version: 1 });
    const found: string[] = [];
    for await (const ids of findIdleStreams(readRowsFrom(pool), "Cart", begin)) found.push(...ids);
    expect(found).to.include(old);
    expect(found).not.to.include(young);
  });
});

import { randomUUID } from "node:crypto";
import { cartAggregate, cartAggregateType, type CartEvent, type RecordedEvent } from "@cart/domain";
import { migrateEventStore } from "@cart/migrations";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { openEventStorePool } from "../openEventStorePool.ts";
import { appendLocked, appendStreams } from "./appendStreams.ts";
import { ConcurrencyError } from "./concurrencyError.ts";
import { loadStreams } from "./loadStreams.ts";

/**
 * New ids for each spec, because MySQL keeps a deleted row's place for a while, and two transactions that insert there can
 * deadlock. Production never deletes events.
 */
let cartA = "";
let cartB = "";

const recorded = (aggregateId: string, version: number, event: CartEvent): RecordedEvent<CartEvent> => ({
  eventId: uuidv7(),
  aggregateType: cartAggregateType,
  aggregateId,
  version,
  schemaVersion: cartAggregate.codec.currentVersion(event.type),
  occurredAt: new Date("2025-11-20T16:30:00.123Z"),
  metadata: { correlation_id: "correlation-1", causation_id: "causation-1" },
  event,
});

const created = (aggregateId: string): RecordedEvent<CartEvent> =>
  recorded(aggregateId, 1, { type: "CartCreated", data: { user_id: "user-1", tenant_id: "default", currency: "USD" } });
const added = (aggregateId: string, version: number): RecordedEvent<CartEvent> =>
  recorded(aggregateId, version, {
    type: "ItemAddedToCart",
    data: { line_id: "item-1", item_id: "item-1", name: "Tea 'pot' ☕", quantity: 1, unit_price: 2999, previous_unit_price: null },
  });

describe("append streams", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  before(() => {
    pool = openEventStorePool({ url: database.url(), connectionLimit: 4 });
  });
  after(() => pool.end());
  beforeEach(async () => {
    const both = randomUUID().slice(0, -1);
    cartA = `${both}a`;
    cartB = `${both}b`;
    await pool.query("DELETE FROM events");
    await pool.query("DELETE FROM outbox");
  });

  /** Appends to streams that the writer read last when they ended with the event `follows`. */
  const appendAfter = (follows: string | undefined, ...streams: readonly RecordedEvent<CartEvent>[][]): Promise<void> =>
    appendStreams(pool, cartAggregate, {
      appends: streams.map((events) => ({ aggregateType: cartAggregateType, aggregateId: events[0]?.aggregateId ?? "", events, follows })),
      answers: [],
      tenantIds: ["default"],
    });
  const append = (...streams: readonly RecordedEvent<CartEvent>[][]): Promise<void> => appendAfter(undefined, ...streams);

  it("gives large events statements of their own, so that neighbours do not add up to a statement that the server refuses", async () => {
    const one = openEventStorePool({ url: database.url(), connectionLimit: 1 });
    const inserts = async (): Promise<number> => {
      const [[row]] = await one.query<RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Com_insert'");
      return Number(row?.["Value"]);
    };
    const merged = (aggregateId: string, version: number): RecordedEvent<CartEvent> => {
      const lines = Array.from({ length: 300 }, (_, n) => ({
        line_id: `item-${n}`,
        item_id: `item-${n}`,
        name: "🧀".repeat(255),
        quantity: 1,
        unit_price: 1,
      }));
      return recorded(aggregateId, version, { type: "CartMergedFrom", data: { source_cart_id: cartB, strategy: "add", lines } });
    };
    const insertsOf = async (...events: readonly RecordedEvent<CartEvent>[]): Promise<number> => {
      const before = await inserts();
      const aggregateId = events[0]?.aggregateId ?? "";
      const appends = [{ aggregateType: cartAggregateType, aggregateId, events, follows: undefined }];
      await appendStreams(one, cartAggregate, { appends, answers: [], tenantIds: ["default"] });
      return (await inserts()) - before;
    };
    try {
      expect(await insertsOf(created(cartA), added(cartA, 2))).to.equal(2);
      expect(await insertsOf(created(cartB), merged(cartB, 2), merged(cartB, 3), merged(cartB, 4))).to.equal(6);
      const [versions] = await pool.query<RowDataPacket[]>("SELECT version FROM outbox WHERE aggregate_id = UUID_TO_BIN(?) ORDER BY id", [
        cartB,
      ]);
      expect(versions.map((row) => Number(row["version"]))).to.deep.equal([1, 2, 3, 4]);
    } finally {
      await one.end();
    }
  });

  const stored = async (table: "events" | "outbox"): Promise<string[]> => {
    const [rows] = await pool.query<(RowDataPacket & { stream: string; version: number })[]>(
      `SELECT LOWER(HEX(aggregate_id)) AS stream, version FROM ${table} ORDER BY id`,
    );
    return rows.map(({ stream, version }) => `${stream.at(-1)}${version}`);
  };

  it("stores each event with an outbox row, in the order of its stream, whatever the order of the streams", async () => {
    await append([created(cartB), added(cartB, 2)], [created(cartA)]);
    expect(await stored("events")).to.deep.equal(["a1", "b1", "b2"]);
    expect(await stored("outbox")).to.deep.equal(["a1", "b1", "b2"]);
  });

  it("keeps every field of an event, in both tables", async () => {
    const event = added(cartA, 1);
    await append([event]);
    for (const table of ["events", "outbox"]) {
      const [rows] = await pool.query<RowDataPacket[]>(
        `SELECT BIN_TO_UUID(event_id) AS event_id, BIN_TO_UUID(aggregate_id) AS aggregate_id, aggregate_type, version, event_type, schema_version,
                CAST(event_data AS JSON) AS event_data, CAST(metadata AS JSON) AS metadata, created_at FROM ${table}`,
      );
      expect(rows).to.deep.equal([
        {
          event_id: event.eventId,
          aggregate_id: cartA,
          aggregate_type: "Cart",
          version: 1,
          event_type: "ItemAddedToCart",
          schema_version: 3,
          event_data: event.event.data,
          metadata: event.metadata,
          created_at: event.occurredAt,
        },
      ]);
    }
  });

  it("stores nothing of a transaction if one of its streams has moved on", async () => {
    await append([created(cartA)]);
    const error = await append([created(cartB)], [created(cartA)]).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ConcurrencyError);
    expect(await stored("events")).to.deep.equal(["a1"]);
    expect(await stored("outbox")).to.deep.equal(["a1"]);
  });

  describe("after a failover to a copy that lacks the last events", () => {
    const first = () => created(cartA);
    const lost = () => [added(cartA, 2), added(cartA, 3)];

    it("appends nothing behind an event that is missing, nor to the other streams of the transaction", async () => {
      const [one, [two, three]] = [first(), lost()];
      if (two === undefined || three === undefined) throw new Error("two events are lost");
      await append([one, two, three]);
      await pool.query("DELETE FROM events WHERE version > 1");
      const error = await appendAfter(three.eventId, [added(cartA, 4)], [created(cartB)]).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ConcurrencyError);
      expect(await stored("events")).to.deep.equal(["a1"]);
    });

    it("appends nothing behind another event that took the version of a missing one", async () => {
      const [one, other] = [first(), added(cartA, 2)];
      await append([one, other]);
      const error = await appendAfter(uuidv7(), [added(cartA, 3)]).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ConcurrencyError);
      expect(await stored("events")).to.deep.equal(["a1", "a2"]);
    });

    it("begins no stream with a later event than its first", async () => {
      const error = await appendAfter(uuidv7(), [added(cartA, 5)]).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ConcurrencyError);
      expect(await append([added(cartA, 5)]).catch((reason: unknown) => reason)).to.be.instanceOf(ConcurrencyError);
      expect(await stored("events")).to.deep.equal([]);
      expect(await stored("outbox")).to.deep.equal([]);
    });

    it("appends behind the last event that is there", async () => {
      const one = first();
      await append([one]);
      await appendAfter(one.eventId, [added(cartA, 2), added(cartA, 3)]);
      expect(await stored("events")).to.deep.equal(["a1", "a2", "a3"]);
    });
  });

  it("returns its connection without an open transaction after a stream has moved on", async () => {
    const only = openEventStorePool({ url: database.url(), connectionLimit: 1 });
    const sessionId = async (): Promise<unknown> => (await only.query<RowDataPacket[]>("SELECT CONNECTION_ID() AS id"))[0][0]?.["id"];
    const first = created(cartA);
    const appendOn = (cart: string) =>
      appendStreams(only, cartAggregate, {
        appends: [{ aggregateType: cartAggregateType, aggregateId: cart, events: [first] }],
        answers: [],
        tenantIds: ["default"],
      });
    try {
      await appendOn(cartA);
      const before = await sessionId();
      expect(await appendOn(cartA).catch((reason: unknown) => reason)).to.be.instanceOf(ConcurrencyError);
      expect(await sessionId()).to.equal(before);
      // This append would wait if the failed append still held its locks.
      await appendAfter(first.eventId, [added(cartA, 2)]);
    } finally {
      await only.end();
    }
  });

  it("lets exactly one of many writers of the same version win", async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => append([created(cartA)])));
    expect(results.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    expect(await stored("events")).to.deep.equal(["a1"]);
  });

  describe("with locks", () => {
    const lockedAppend = (cart: string, whileLocked: () => Promise<void>): Promise<unknown> =>
      appendLocked(pool, cartAggregate, new Map([[cart, { version: 0 }]]), async (load) => {
        await whileLocked();
        const { version = 0, lastEventId: follows } = (await load([cart], {})).get(cart) ?? {};
        return {
          appends: [{ aggregateType: cartAggregateType, aggregateId: cart, events: [added(cart, version + 1)], follows }],
          answers: [],
          tenantIds: ["default"],
        };
      });
    const isWaiting = async (): Promise<boolean> => {
      const [rows] = await pool.query<RowDataPacket[]>(
        "SELECT 1 FROM performance_schema.data_locks WHERE OBJECT_SCHEMA = DATABASE() AND LOCK_STATUS = 'WAITING'",
      );
      return rows.length > 0;
    };

    it("appends although another writer wants to, which then finds that the stream has moved on", async () => {
      const first = created(cartA);
      await append([first], [created(cartB)]);
      let late: Promise<unknown> | undefined;
      await lockedAppend(cartA, async () => {
        late = appendAfter(first.eventId, [added(cartA, 2)]).catch((reason: unknown) => reason);
        await waitFor("the other writer to wait", isWaiting);
      });
      expect(await late).to.be.instanceOf(ConcurrencyError);
      expect(await stored("events")).to.deep.equal(["a1", "b1", "a2"]);
    });

    it("waits for an earlier uncommitted append, and continues after it", async () => {
      await append([created(cartA)]);
      const slow = await pool.getConnection();
      try {
        await slow.query("START TRANSACTION");
        await slow.query(
          `INSERT INTO events (event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at)
           SELECT UUID_TO_BIN(UUID()), aggregate_id, aggregate_type, 2, 'CartCleared', 1, '{}', '{}', created_at FROM events`,
        );
        const locked = lockedAppend(cartA, () => Promise.resolve());
        await waitFor("it to wait for the other writer", isWaiting);
        await slow.query("COMMIT");
        await locked;
      } finally {
        slow.destroy();
      }
      expect(await stored("events")).to.deep.equal(["a1", "a2", "a3"]);
    });

    it("takes turns with other writers that lock", async () => {
      await append([created(cartA)]);
      await Promise.all(Array.from({ length: 3 }, () => lockedAppend(cartA, () => Promise.resolve())));
      expect(await stored("events")).to.deep.equal(["a1", "a2", "a3", "a4"]);
    });
  });

  it("refuses an event that does not fit its schema, before anything is written", async () => {
    const broken = recorded(cartA, 1, { type: "CartPurchased", data: { order_id: "", total_amount: 1 } });
    const error = await append([created(cartB)], [broken]).catch((reason: unknown) => reason);
    expect(error).to.have.property("code", "INVALID_EVENT_DATA");
    expect(await stored("events")).to.deep.equal([]);
  });

  it("loads what was appended, and version 0 for a stream without events", async () => {
    await append([created(cartA), added(cartA, 2)]);
    const streams = await loadStreams(pool, cartAggregate, [cartA, cartB]);
    expect(streams.get(cartA)).to.have.property("version", 2);
    expect(streams.get(cartA)?.state).to.have.property("status", "OPEN");
    expect(streams.get(cartB)).to.deep.equal({ state: { status: "NONE" }, version: 0, snapshotVersion: 0 });
  });

  it("refuses to load a stream with a hole", async () => {
    await append([created(cartA), added(cartA, 2), added(cartA, 3)]);
    await pool.query("DELETE FROM events WHERE version = 2");
    const error = await loadStreams(pool, cartAggregate, [cartA]).catch((reason: unknown) => reason);
    expect(String(error)).to.contain("version 3 after 1");
  });
});

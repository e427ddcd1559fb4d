import { randomUUID } from "node:crypto";
import { NotPrimaryError, uuidToBytes } from "@cart/mysql";
import { rewritingProxy } from "@cart/mysql/testing";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { RowDataPacket } from "mysql2/promise";
import { madeOfEvents } from "./beginNewHistory.ts";
import { beginNewHistory, followEventStore, migrateAbandonment, migrateEventStore, migrateKeyStore, migrateReadModel } from "./index.ts";

describe("a restored event store", () => {
  const eventStore = useMysqlDatabase({ migrate: migrateEventStore });
  const readModel = useMysqlDatabase({ migrate: migrateReadModel });
  const abandonment = useMysqlDatabase({ migrate: migrateAbandonment });
  const keyStore = useMysqlDatabase({ migrate: migrateKeyStore });
  const urls = () => ({ eventstore: eventStore.url(), readmodel: readModel.url(), abandonment: abandonment.url() });

  /** Inserts events of these carts, version by version. */
  const insertEvents = async (carts: readonly string[], versions: number, table = "events"): Promise<void> => {
    for (let version = 1; version <= versions; version += 1) {
      await eventStore.pool().query(
        `INSERT INTO ?? (event_id, aggregate_id, aggregate_type, version, event_type, schema_version, event_data, metadata, created_at
           ${table === "outbox" ? ", shard" : ""}) VALUES ?`,
        [
          table,
          carts.map((cart) => [
            uuidToBytes(randomUUID()),
            uuidToBytes(cart),
            "Cart",
            version,
            "CartCleared",
            1,
            "{}",
            "{}",
            new Date(),
            ...(table === "outbox" ? [0] : []),
          ]),
        ],
      );
    }
  };
  const rowsOf = async (table: string): Promise<readonly RowDataPacket[]> => {
    const [rows] = await eventStore
      .pool()
      .query<RowDataPacket[]>("SELECT BIN_TO_UUID(event_id) AS event, BIN_TO_UUID(aggregate_id) AS cart, version FROM ?? ORDER BY id", [
        table,
      ]);
    return rows;
  };

  const idsIn = async (database: typeof eventStore, table: string): Promise<readonly string[]> => {
    const [rows] = await database
      .pool()
      .query<(RowDataPacket & { id: string })[]>("SELECT BIN_TO_UUID(id) AS id FROM ?? ORDER BY number", [table]);
    return rows.map(({ id }) => id);
  };
  const countIn = async (database: typeof eventStore, table: string): Promise<number> => {
    const [[row]] = await database.pool().query<(RowDataPacket & { rows: number })[]>("SELECT COUNT(*) AS `rows` FROM ??", [table]);
    return row?.rows ?? 0;
  };

  beforeEach(async () => {
    for (const table of ["events", "outbox", "relay_members", "archived_streams"]) await eventStore.pool().query("DELETE FROM ??", [table]);
  });

  it("takes nothing from a server that is read-only, which may lack the newest rows", async () => {
    const readOnly = { from: "@@GLOBAL.read_only", to: "1".padEnd(18) };
    for (const [name, database] of Object.entries({ keystore: keyStore, readmodel: readModel, eventstore: eventStore })) {
      const proxy = await rewritingProxy(database.url(), readOnly);
      try {
        const own = { ...urls(), keystore: keyStore.url(), [name]: proxy.url };
        const error: unknown = await beginNewHistory(own).catch((reason: unknown) => reason);
        expect(error, name).to.be.instanceOf(NotPrimaryError);
      } finally {
        proxy.close();
      }
    }
    expect(await countIn(eventStore, "event_store_identity")).to.equal(1);
  });

  it("publishes all of its events again in their order, under a new id that read model and timers follow", async () => {
    expect(await followEventStore(urls().eventstore, urls().readmodel)).to.equal(true);
    const carts = Array.from({ length: 4 }, () => randomUUID());
    await insertEvents(carts, 3);
    // What the backup had in its outbox was published, or is published again.
    await insertEvents(carts, 1, "outbox");
    await abandonment.pool().query("INSERT INTO purchases (tenant_id, user_id, purchased_at) VALUES ('shop', 'user', NOW(6))");

    const { id, events } = await beginNewHistory(urls());
    expect(events).to.equal(12);
    expect(await rowsOf("outbox")).to.deep.equal(await rowsOf("events"));
    const [shards] = await eventStore
      .pool()
      .query<RowDataPacket[]>("SELECT DISTINCT status, shard = CRC32(aggregate_id) % 16 AS own FROM outbox");
    expect(shards).to.deep.equal([{ status: "PENDING", own: 1 }]);
    expect((await idsIn(eventStore, "event_store_identity")).at(-1)).to.equal(id);
    expect((await idsIn(readModel, "followed_event_store")).at(-1)).to.equal(id);
    expect((await idsIn(abandonment, "followed_event_store")).at(-1)).to.equal(id);
    expect(await countIn(abandonment, "purchases")).to.equal(0);
  });

  /** Inserts the rows of streams in the archive, each with two events. */
  const insertArchived = async (states: Readonly<Record<string, string>>): Promise<void> => {
    await eventStore.pool().query(
      `INSERT INTO archived_streams
         (aggregate_id, aggregate_type, state, tenant_id, version, object_key, sha256, event_id, schema_version, event_data, archived_at)
       VALUES ?`,
      [
        Object.entries(states).map(([cart, state]) => [
          uuidToBytes(cart),
          "Cart",
          state,
          "shop",
          2,
          "key",
          Buffer.alloc(32),
          uuidToBytes(randomUUID()),
          1,
          JSON.stringify({ object_key: "key" }),
          new Date("2026-11-27T12:00:00.123Z"),
        ]),
      ],
    );
  };

  it("tells subscribers of archived carts, before what is restored of one, and publishes nothing of what is left of a removal", async () => {
    const [archived, removing, restoring, open] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await insertEvents([removing, restoring, open], 1);
    await insertArchived({ [archived]: "ARCHIVED", [removing]: "REMOVING", [restoring]: "RESTORING" });
    expect((await beginNewHistory(urls())).events).to.equal(2);
    const published = (await rowsOf("outbox")).map(({ cart, version }) => [cart, version] as const);
    expect(published.slice(0, 3)).to.have.deep.members([archived, removing, restoring].map((cart) => [cart, 3]));
    expect(published.slice(3)).to.have.deep.members([restoring, open].map((cart) => [cart, 1]));
    const [[notice]] = await eventStore
      .pool()
      .query<RowDataPacket[]>(
        "SELECT o.event_type, o.status, o.schema_version, o.event_data, o.metadata, o.event_id = a.event_id AS isSame, o.created_at = a.archived_at AS isThen, shard = CRC32(o.aggregate_id) % 16 AS own FROM outbox o JOIN archived_streams a USING (aggregate_id) WHERE state = 'ARCHIVED'",
      );
    expect(notice).to.include({ event_type: "CartArchived", status: "PENDING", schema_version: 1, isSame: 1, isThen: 1, own: 1 });
    expect(JSON.parse(String(notice?.["event_data"]))).to.deep.equal({ object_key: "key" });
    expect(JSON.parse(String(notice?.["metadata"]))).to.have.all.keys("correlation_id", "causation_id");
  });

  it("learns of the erasures since the backup: it deletes the stored answers of these shoppers, no others, and records their keys", async () => {
    const [erased, claimed, living, plain] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const [gone, kept] = [randomUUID(), randomUUID()];
    await keyStore.pool().query("INSERT INTO shopper_keys (key_id, shopper, master_key_id, wrapped, destroyed_at) VALUES ?", [
      [
        [uuidToBytes(gone), null, null, null, new Date()],
        [uuidToBytes(kept), Buffer.alloc(32), "suite", Buffer.alloc(8), null],
      ],
    ]);
    await insertEvents([erased, claimed, living, plain], 2);
    const seal = (cart: string, version: number, keys: readonly string[]) =>
      eventStore
        .pool()
        .query("UPDATE events SET event_data = ? WHERE aggregate_id = ? AND version = ?", [
          JSON.stringify({ sealed: keys.map((key) => ({ subject: "owner", key, text: "x" })) }),
          uuidToBytes(cart),
          version,
        ]);
    await seal(erased, 1, [gone]);
    await seal(claimed, 1, [kept]);
    await seal(claimed, 2, [kept, gone]);
    await seal(living, 1, [kept]);
    await eventStore
      .pool()
      .query("INSERT INTO idempotency_keys (aggregate_id, aggregate_type, idempotency_key, request_hash, version, answer) VALUES ?", [
        [erased, claimed, living, plain].flatMap((cart) =>
          ["key-1", "key-2"].map((key) => [uuidToBytes(cart), "Cart", key, Buffer.alloc(32), 1, "{}"]),
        ),
      ]);
    const steps: string[] = [];
    await beginNewHistory({ ...urls(), keystore: keyStore.url() }, (step) => steps.push(step));
    expect(steps).to.include("eventstore: 4 answers of erased shoppers are deleted, and 1 destroyed keys are recorded");
    const [left] = await eventStore
      .pool()
      .query<RowDataPacket[]>("SELECT DISTINCT BIN_TO_UUID(aggregate_id) AS cart FROM idempotency_keys");
    expect(left.map(({ cart }) => cart as string)).to.have.members([living, plain]);
    const [recorded] = await eventStore.pool().query<RowDataPacket[]>("SELECT BIN_TO_UUID(key_id) AS id FROM destroyed_keys");
    expect(recorded).to.deep.equal([{ id: gone }]);
  });

  it("decides on every table of the read model and the timers whether it follows from events", async () => {
    const kept = new Set(["followed_event_store", "projections", "migrations", "migrations_lock"]);
    const tablesOf = async (database: typeof readModel): Promise<string[]> => {
      const [rows] = await database
        .pool()
        .query<RowDataPacket[]>("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()");
      return rows.flatMap(({ name }) => (kept.has(String(name)) ? [] : [String(name)]));
    };
    expect(await tablesOf(readModel)).to.have.members([...madeOfEvents.readmodel]);
    expect(await tablesOf(abandonment)).to.have.members([...madeOfEvents.abandonment]);
  });

  it("begins again after it was interrupted, with each event once", async () => {
    await insertEvents([randomUUID(), randomUUID()], 1);
    const interrupted = beginNewHistory(urls(), (step) => {
      if (step.includes("events are in the outbox")) throw new Error("killed");
    });
    expect(String(await interrupted.catch((error: unknown) => error))).to.contain("killed");
    const { id } = await beginNewHistory(urls());
    expect(await countIn(eventStore, "outbox")).to.equal(2);
    expect((await idsIn(readModel, "followed_event_store")).at(-1)).to.equal(id);
  });

  it("knows the id of an earlier restore, which a backup of before that restore lacks, as its own", async () => {
    const { id: first } = await beginNewHistory(urls());
    await eventStore.pool().query("DELETE FROM event_store_identity WHERE id = UUID_TO_BIN(?)", [first]);
    const { id: second } = await beginNewHistory(urls());
    const ids = await idsIn(eventStore, "event_store_identity");
    expect(ids.at(-1)).to.equal(second);
    expect(ids.filter((id) => id === first)).to.have.lengthOf(1);
    await beginNewHistory(urls());
    expect(new Set(await idsIn(eventStore, "event_store_identity")).size).to.equal(ids.length + 1);
  });

  /** Registers a relay, or renews it. */
  const register = (owner: string, milliseconds: number) =>
    eventStore
      .pool()
      .query(
        "INSERT INTO relay_members (owner, expires_at) VALUES (?, NOW(6) + INTERVAL ? MICROSECOND) ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at)",
        [owner, milliseconds * 1_000],
      );

  for (const [which, comes] of [
    ["renews its time", () => register("relay", 60_000)],
    ["comes meanwhile", () => register("another", 60_000)],
  ] as const) {
    it(`stays as it is if a relay ${which}`, async () => {
      await register("relay", 30_000);
      const before = await idsIn(eventStore, "event_store_identity");
      let coming: Promise<unknown> | undefined;
      const error: unknown = await beginNewHistory(urls(), () => void (coming ??= comes())).catch((reason: unknown) => reason);
      await coming;
      expect(String(error)).to.contain("1 outbox-relay runs: stop every service first");
      expect(await idsIn(eventStore, "event_store_identity")).to.deep.equal(before);
    });
  }

  it("waits for a relay that has died, or that ran while the backup was made, and says so", async () => {
    await register("relay", 1_500);
    const steps: string[] = [];
    await beginNewHistory(urls(), (step) => steps.push(step));
    expect(steps[0]).to.equal("an outbox-relay counts as running: wait 2 s, to see whether it does");
  });

  it("does not wait for a relay whose time is not of this system", async () => {
    await register("relay", 3_600_000);
    expect(String(await beginNewHistory(urls()).catch((error: unknown) => error))).to.contain("stop every service first");
  });

  it("is recognised by a read model that follows another event store", async () => {
    await followEventStore(urls().eventstore, urls().readmodel);
    await eventStore.pool().query("INSERT INTO event_store_identity (id) VALUES (UUID_TO_BIN(?))", [randomUUID()]);
    expect(await followEventStore(urls().eventstore, urls().readmodel)).to.equal(false);
  });
});

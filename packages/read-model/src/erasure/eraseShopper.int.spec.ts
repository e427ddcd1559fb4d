import { randomBytes } from "node:crypto";
import { type CartCommand, cartAggregate } from "@cart/domain";
import { createCommandHandler, newEventId, openEventStorePool, withKeys } from "@cart/event-store";
import { eventStoreTables } from "@cart/event-store/testing";
import { type ConsumedMessage, defaultTopics, encodeEventMessage } from "@cart/messaging";
import { migrateEventStore, migrateKeyStore, migrateReadModel } from "@cart/migrations";
import { NotPrimaryError, openMysqlPool } from "@cart/mysql";
import { leavingPrimary } from "@cart/mysql/testing";
import {
  createErasureJournal,
  createKeyRing,
  destroyKeys,
  type KeyRing,
  localMasterKeys,
  openLookupKey,
  shopperHash,
} from "@cart/personal-data";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { createApplyBatch } from "../applyBatch.ts";
import { openReadModelPool } from "../openReadModelPool.ts";
import { projections, projectionsWith } from "../projections.ts";
import { rebuildAll } from "../rebuild/rebuildAll.ts";
import { withRebuildSession } from "../rebuild/rebuildSession.ts";
import { cartId } from "../testing/cartMessages.ts";
import { verifyReadModel } from "../verify/verifyReadModel.ts";
import { eraseShopper } from "./eraseShopper.ts";

const marker = "MARKER";
const guest = { tenantId: "shop", userId: `${marker}-guest` };
const defaults = { tenantId: "shop", currency: "USD" };
const add = (itemId: string): CartCommand => ({
  type: "AddItem",
  userId: guest.userId,
  defaults,
  itemId,
  name: `${marker} ${itemId}`,
  attributes: { engraving: marker },
  quantity: 2,
  price: 5,
});
const life: readonly CartCommand[] = [
  { type: "CreateCart", userId: guest.userId, defaults, attributes: { note: marker } },
  add("tea"),
  { type: "SetAdjustments", adjustments: [{ kind: "discount", amount: -1, label: marker, reference: marker }] },
];

describe("the erasure of a shopper in the read model", () => {
  const events = useMysqlDatabase({ migrate: migrateEventStore });
  const keyStore = useMysqlDatabase({ migrate: migrateKeyStore });
  const database = useMysqlDatabase({ migrate: migrateReadModel });
  const masterKeys = localMasterKeys(`one:${randomBytes(32).toString("base64")}`);
  const { signal } = new AbortController();
  let eventStore: Pool;
  let keys: Pool;
  let readModel: Pool;
  before(() => {
    eventStore = openEventStorePool({ url: events.url(), connectionLimit: 4 });
    keys = openMysqlPool({ url: keyStore.url(), connectionLimit: 4 });
    readModel = openReadModelPool({ url: database.url(), connectionLimit: 6 });
  });
  after(() => Promise.all([eventStore.end(), keys.end(), readModel.end()]));
  afterEach(async () => {
    for (const table of ["carts", "cart_items", "cart_milestones", "dead_letters"]) await database.pool().query(`DELETE FROM ${table}`);
    await eventStoreTables(events.pool()).clear();
    await keyStore.pool().query("DELETE FROM claimed_streams");
  });

  /** Each stands for one process, with its own keys in memory. */
  const newRing = (): KeyRing => createKeyRing({ pool: keys, database: keyStore.name(), masterKeys });
  const append = async (id: string, commands: readonly CartCommand[], seals = true): Promise<void> => {
    const aggregate = withKeys(cartAggregate, newRing(), seals);
    const handler = createCommandHandler({ pool: eventStore, aggregate, now: () => new Date("2026-11-27T12:00:00Z"), newEventId });
    for (const command of commands)
      await handler.handle({ aggregateId: id, command, metadata: { correlation_id: `${marker}-request`, causation_id: "command-1" } });
    await handler.stop();
  };
  /** The messages that the relay publishes for the outbox. */
  const published = async (): Promise<ConsumedMessage[]> =>
    (await eventStoreTables(events.pool()).outbox.rows()).map((row, index) => {
      const { key, value, headers } = encodeEventMessage({
        eventId: String(row["event_id"]),
        eventType: String(row["event_type"]),
        schemaVersion: Number(row["schema_version"]),
        aggregateType: String(row["aggregate_type"]),
        aggregateId: String(row["aggregate_id"]),
        version: Number(row["version"]),
        occurredAt: new Date("2026-11-27T12:00:00Z"),
        metadata: JSON.parse(String(row["metadata"])) as { correlation_id: string; causation_id: string },
        data: String(row["event_data"]),
      });
      const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const);
      return {
        topic: defaultTopics.cartEvents,
        partition: 0,
        offset: String(index),
        key: Buffer.from(key),
        value: Buffer.from(value),
        headers: Object.fromEntries(bytes),
      };
    });
  const project = async (): Promise<void> => void (await createApplyBatch(readModel, projectionsWith(newRing()))(await published()));
  const hashOf = async (): Promise<Buffer> => shopperHash(await openLookupKey(keys, masterKeys), guest);
  const claimed = async (): Promise<readonly string[]> => createErasureJournal(keys, masterKeys).claimedStreams(await hashOf());
  /** Does a pass. `carts` are those that are known before. */
  const erase = async (
    isLast: boolean,
    carts: readonly string[] = [],
    from = eventStore,
  ): Promise<{ waitsFor: string | undefined; found: string[] }> => {
    const found: string[] = [];
    const waitsFor = await eraseShopper({
      eventStore: from,
      readModel,
      projections: projectionsWith(newRing()),
      ...guest,
      keyIds: await createErasureJournal(keys, masterKeys).destroyedKeys(await hashOf()),
      carts,
      found: async (ids) => void found.push(...ids),
      isLast,
      signal,
    });
    return { waitsFor, found };
  };
  const destroy = async (): Promise<number> => destroyKeys(keys, await hashOf());
  const dump = async (only?: readonly string[]): Promise<string> => {
    const [tables] = await database
      .pool()
      .query<(RowDataPacket & { name: string })[]>(
        "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
      );
    const all: unknown[] = [];
    for (const { name } of tables.filter((table) => only?.includes(table.name) ?? true)) {
      const [rows] = await database.pool().query<RowDataPacket[]>(`SELECT * FROM ${name}`);
      all.push(rows.map((row) => Object.values(row).map((value: unknown) => (Buffer.isBuffer(value) ? value.toString("latin1") : value))));
    }
    return JSON.stringify(all);
  };
  const differences = async (): Promise<number> => {
    const options = { eventStore, readModel, projections: projectionsWith(newRing()), signal, patienceMs: 0 };
    return (await verifyReadModel({ ...options, report: () => undefined })).differences;
  };

  it("gives the carts the rows that verify and a rebuild expect, and leaves the others' as they are", async () => {
    await append(cartId(1), life);
    await append(cartId(2), life);
    await append(cartId(3), [{ type: "CreateCart", userId: "bob", defaults, attributes: { note: "of bob" } }]);
    await project();
    expect((await dump()).split(marker)).to.have.lengthOf.above(10);
    expect(await destroy()).to.be.at.least(1);
    const { waitsFor, found } = await erase(false);
    expect([waitsFor, found.toSorted()]).to.deep.equal([undefined, [cartId(1), cartId(2)]]);
    const erased = await dump(["carts", "cart_items", "cart_milestones"]);
    expect(await dump()).not.to.contain(marker);
    expect(erased).to.contain("of bob");
    expect(await differences()).to.equal(0);
    expect((await erase(true, found)).waitsFor).to.equal(undefined);
    const rebuild = { eventStore, readModel, projections: projectionsWith(newRing()), signal, report: () => undefined };
    await rebuildAll(rebuild);
    expect(await dump(["carts", "cart_items", "cart_milestones"])).to.equal(erased);
  });

  it("puts nothing into the view that a server had which stops being the primary", async () => {
    await append(cartId(1), life);
    await project();
    await destroy();
    const before = await dump();
    const { pool, leave, close } = await leavingPrimary(events.url());
    try {
      leave();
      expect(await erase(false, [], pool).catch((error: unknown) => error)).to.be.instanceOf(NotPrimaryError);
      expect(await dump()).to.equal(before);
    } finally {
      await close();
    }
    await erase(false);
    expect(await dump()).not.to.contain(marker);
  });

  it("finds the carts that the projector brings only after the keys were destroyed", async () => {
    await append(cartId(1), life);
    await append(cartId(2), [{ type: "CreateCart", userId: "bob", defaults, attributes: { note: "of bob" } }]);
    await destroy();
    expect((await erase(false)).found).to.deep.equal([]);
    await project();
    expect((await erase(false)).found).to.deep.equal([cartId(1)]);
    expect((await erase(true)).found).to.include(cartId(1));
    expect(await differences()).to.equal(0);
  });

  it("clears what a guest wrote into a cart that a customer has claimed, and keeps the customer", async () => {
    await append(cartId(1), [...life, { type: "ClaimCart", userId: "customer-1" }]);
    await project();
    expect(await claimed()).to.deep.equal([cartId(1)]);
    await destroy();
    expect((await erase(true, await claimed())).waitsFor).to.equal(undefined);
    expect(await dump())
      .to.contain("customer-1")
      .and.not.to.contain(marker);
    expect(await differences()).to.equal(0);
  });

  it("keeps the erased rows when the projector gets the same messages and later ones", async () => {
    await append(cartId(1), life);
    await project();
    await destroy();
    await erase(true);
    await append(cartId(1), [{ type: "SubmitCart" }]);
    await project();
    expect(await dump()).not.to.contain(marker);
    expect(await differences()).to.equal(0);
  });

  it("deletes the dead letters of a sound cart, and keeps of a cart that cannot be projected only what is sealed", async () => {
    await append(cartId(1), life);
    await project();
    await append(cartId(1), [add("mug")]);
    const letters = (await published()).slice(-1);
    const insert = async (value: string): Promise<void> => {
      await database.pool().query(
        `INSERT INTO dead_letters (topic, kafka_partition, kafka_offset, message_key, headers, value, reason_code, reason, aggregate_type, aggregate_id, version, message_id)
           VALUES ('t', 0, (SELECT COALESCE(MAX(d.kafka_offset), 0) + 1 FROM dead_letters d), ?, ?, ?, 'PARKED', ?, 'Cart', UUID_TO_BIN(?), 9, 'm')`,
        [marker, JSON.stringify([{ name: marker, text: marker }]), value, marker, cartId(1)],
      );
    };
    await insert(JSON.stringify({ name: marker }));
    await destroy();
    await erase(false);
    const countLetters = async (): Promise<unknown> =>
      (await database.pool().query<RowDataPacket[]>("SELECT COUNT(*) AS n FROM dead_letters"))[0][0]?.["n"];
    expect(await countLetters()).to.equal(0);

    await eventStoreTables(events.pool()).events.change({ event_data: {} }, { aggregate_id: cartId(1), version: 2 });
    await insert(JSON.stringify({ name: marker }));
    await insert("not JSON");
    const sealed = String(letters[0]?.value);
    await database.pool().query("UPDATE dead_letters SET headers = '[]', message_key = NULL");
    await insert(sealed);
    await database.pool().query("UPDATE dead_letters SET headers = '[]', message_key = NULL WHERE value = ?", [sealed]);
    await erase(false, [cartId(1)]);
    expect(await countLetters()).to.equal(3);
    expect(await dump()).not.to.contain(marker);
    const [kept] = await database.pool().query<(RowDataPacket & { value: Buffer | null })[]>("SELECT value FROM dead_letters ORDER BY id");
    expect(kept.map(({ value }) => value?.toString())).to.deep.equal([undefined, undefined, sealed]);
  });

  it("waits for events in plain text, for a rebuild that is running, and drops the tables that one has left", async () => {
    await append(cartId(1), life, false);
    await project();
    expect((await erase(true)).waitsFor).to.equal("command-api seal-stored");
    await eventStoreTables(events.pool()).clear();
    await append(cartId(1), life);
    await destroy();
    await database.pool().query("CREATE TABLE rebuild_carts LIKE carts");
    await database.pool().query("INSERT INTO rebuild_carts SELECT * FROM carts");
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let isRunning = false;
    const running = withRebuildSession(readModel, signal, async () => {
      isRunning = true;
      await held;
    });
    await waitFor("the session", () => isRunning);
    expect((await erase(true)).waitsFor).to.equal("the end of projector rebuild");
    release();
    await running;
    expect(await dump()).to.contain(marker);
    expect((await erase(true)).waitsFor).to.equal(undefined);
    expect(await dump()).not.to.contain(marker);
  });

  it("does not wait for a cart that the same user began after the keys were destroyed, and leaves it", async () => {
    await append(cartId(1), life);
    await destroy();
    await append(cartId(2), life);
    await project();
    expect((await erase(true)).waitsFor).to.equal(undefined);
    const [rows] = await database.pool().query<RowDataPacket[]>("SELECT user_id FROM carts ORDER BY user_id");
    expect(rows.map(({ user_id: owner }) => String(owner).replace(/^erased-.*/, "erased"))).to.have.members(["erased", guest.userId]);
  });

  it("opens nothing without keys, so the rows stay as the plain events say", async () => {
    await append(cartId(1), life, false);
    await createApplyBatch(readModel, projections)(await published());
    expect((await erase(false)).found).to.deep.equal([cartId(1)]);
    expect(await dump()).to.contain(marker);
  });
});

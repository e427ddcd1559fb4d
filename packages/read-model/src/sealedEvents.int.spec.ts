import { randomBytes } from "node:crypto";
import { type CartCommand, cartAggregate } from "@cart/domain";
import { createCommandHandler, newEventId, openEventStorePool, withKeys } from "@cart/event-store";
import { eventStoreTables } from "@cart/event-store/testing";
import { type ConsumedMessage, defaultTopics, encodeEventMessage } from "@cart/messaging";
import { migrateEventStore, migrateKeyStore, migrateReadModel } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { createKeyRing, destroyKeys, type KeyRing, localMasterKeys, openLookupKey, shopperHash } from "@cart/personal-data";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { createApplyBatch } from "./applyBatch.ts";
import { retryQueue } from "./deadLetters/retryDeadLetters.ts";
import { openReadModelPool } from "./openReadModelPool.ts";
import { projections, projectionsWith } from "./projections.ts";
import { rebuildOne } from "./rebuild/rebuildOne.ts";
import { cartId } from "./testing/cartMessages.ts";
import { verifyReadModel } from "./verify/verifyReadModel.ts";

const ann = { tenantId: "shop", userId: "ann@example.org" };
const commands: readonly CartCommand[] = [
  {
    type: "CreateCart",
    userId: ann.userId,
    defaults: { tenantId: ann.tenantId, currency: "USD" },
    attributes: { note: "for ann@example.org" },
  },
  {
    type: "AddItem",
    userId: ann.userId,
    defaults: { tenantId: ann.tenantId, currency: "USD" },
    itemId: "tea",
    name: "tea of ann@example.org",
    quantity: 2,
    price: 5,
  },
];

describe("the read model of sealed events", () => {
  const events = useMysqlDatabase({ migrate: migrateEventStore });
  const keyStore = useMysqlDatabase({ migrate: migrateKeyStore });
  const database = useMysqlDatabase({ migrate: migrateReadModel });
  const masterKeys = localMasterKeys(`one:${randomBytes(32).toString("base64")}`);
  let eventStore: Pool;
  let keys: Pool;
  let readModel: Pool;
  before(() => {
    eventStore = openEventStorePool({ url: events.url(), connectionLimit: 4 });
    keys = openMysqlPool({ url: keyStore.url(), connectionLimit: 4 });
    readModel = openReadModelPool({ url: database.url(), connectionLimit: 5 });
  });
  after(() => Promise.all([eventStore.end(), keys.end(), readModel.end()]));
  afterEach(async () => {
    for (const table of ["carts", "cart_items", "cart_milestones", "dead_letters"]) await database.pool().query(`DELETE FROM ${table}`);
    await eventStoreTables(events.pool()).clear();
  });

  /** Each stands for one process, with its own keys in memory. */
  const newRing = (): KeyRing => createKeyRing({ pool: keys, database: keyStore.name(), masterKeys });

  const appendCart = async (): Promise<string> => {
    const aggregate = withKeys(cartAggregate, newRing(), true);
    const handler = createCommandHandler({ pool: eventStore, aggregate, now: () => new Date("2026-11-26T12:00:00Z"), newEventId });
    const aggregateId = cartId(1);
    for (const command of commands)
      await handler.handle({ aggregateId, command, metadata: { correlation_id: "request-1", causation_id: "command-1" } });
    await handler.stop();
    return aggregateId;
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
        occurredAt: new Date("2026-11-26T12:00:00Z"),
        metadata: { correlation_id: "command-1", causation_id: "command-1" },
        data: String(row["event_data"]),
      });
      return {
        topic: defaultTopics.cartEvents,
        partition: 0,
        offset: String(index),
        key: Buffer.from(key),
        value: Buffer.from(value),
        headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
      };
    });

  const model = async (): Promise<unknown> => {
    const [carts] = await database.pool().query<RowDataPacket[]>("SELECT tenant_id, user_id, attributes, total_amount FROM carts");
    const [items] = await database.pool().query<RowDataPacket[]>("SELECT item_id, name, quantity FROM cart_items");
    return { carts: carts.map((row) => ({ ...row })), items: items.map((row) => ({ ...row })) };
  };
  const modelOf = (userId: unknown, attributes: string | null, name: string | null): unknown => ({
    carts: [{ tenant_id: "shop", user_id: userId, attributes, total_amount: 1_000 }],
    items: [{ item_id: "tea", name, quantity: 2 }],
  });
  const plain = modelOf(ann.userId, '{"note":"for ann@example.org"}', "tea of ann@example.org");

  const differences = async (): Promise<number> => {
    const options = { eventStore, readModel, projections: projectionsWith(newRing()), signal: new AbortController().signal, patienceMs: 0 };
    return (await verifyReadModel({ ...options, report: () => undefined })).differences;
  };

  it("has the personal fields that the messages have as ciphertext, and is as a rebuild makes it", async () => {
    const cart = await appendCart();
    const messages = await published();
    expect(messages.map(({ value }) => value?.toString()).join()).not.to.contain("ann@example.org");
    const opening = projectionsWith(newRing());
    const result = await createApplyBatch(readModel, opening)(messages);
    expect(result.deadLetters).to.deep.equal([]);
    expect(await model()).to.deep.equal(plain);
    expect(await differences()).to.equal(0);
    await rebuildOne(eventStore, readModel, opening, { aggregateType: "Cart", id: cart });
    expect(await model()).to.deep.equal(plain);
  });

  it("gets a sealed message of a program without keys as a dead letter, which a program with keys retries", async () => {
    const cart = await appendCart();
    const { deadLetters } = await createApplyBatch(readModel, projections)(await published());
    expect(deadLetters.map(({ code }) => code)).to.deep.equal(["INVALID_EVENT_DATA", "PARKED", "PARKED"]);
    const [stored] = await database.pool().query<RowDataPacket[]>("SELECT * FROM dead_letters");
    expect(Buffer.concat(stored.map(({ value }) => Buffer.from(String(value)))).toString()).not.to.contain("ann@example.org");
    const retried = await retryQueue(readModel, projectionsWith(newRing()), { aggregateType: "Cart", aggregateId: cart });
    expect(retried).to.deep.include({ projected: 3, remaining: 0, failed: null });
    expect(await model()).to.deep.equal(plain);
  });

  it("has a pseudonym once the shopper's keys are destroyed, from the messages and from a rebuild alike", async () => {
    const cart = await appendCart();
    const messages = await published();
    await createApplyBatch(readModel, projectionsWith(newRing()))(messages);
    expect(await destroyKeys(keys, shopperHash(await openLookupKey(keys, masterKeys), ann))).to.be.at.least(1);
    expect(await differences()).to.be.at.least(1);
    await rebuildOne(eventStore, readModel, projectionsWith(newRing()), { aggregateType: "Cart", id: cart });
    expect(await differences()).to.equal(0);
    const rebuilt = await model();
    const [row] = (await database.pool().query<RowDataPacket[]>("SELECT user_id FROM carts"))[0];
    expect(row?.["user_id"]).to.match(/^erased-[0-9a-f-]{36}$/);
    expect(rebuilt).to.deep.equal(modelOf(row?.["user_id"], null, null));

    await database.pool().query("DELETE FROM carts");
    await database.pool().query("DELETE FROM cart_items");
    await database.pool().query("DELETE FROM cart_milestones");
    await createApplyBatch(readModel, projectionsWith(newRing()))(messages);
    expect(await model()).to.deep.equal(rebuilt);
  });
});

import { migrateReadModel } from "@cart/migrations";
import { inTransaction } from "@cart/mysql";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { type ApplyBatch, createApplyBatch } from "../applyBatch.ts";
import { openReadModelPool } from "../openReadModelPool.ts";
import { added, cartId, created, messageOf, stream } from "../testing/cartMessages.ts";
import { discardDeadLetter } from "./discardDeadLetter.ts";
import { type DeadLetterFilter, listDeadLetters, type ListedDeadLetter, showDeadLetter } from "./listDeadLetters.ts";
import { purgeDeadLetters } from "./purgeDeadLetters.ts";
import { type DeadLetterQueue, deadLetterQueues, queueOf, retryQueue } from "./retryDeadLetters.ts";
import { projections } from "../projections.ts";

const cartQueue = (n: number): DeadLetterQueue => ({ aggregateType: "Cart", aggregateId: cartId(n) });

describe("dead letters", () => {
  const database = useMysqlDatabase({ migrate: migrateReadModel });
  let pool: Pool;
  let apply: ApplyBatch;

  before(() => {
    pool = openReadModelPool({ url: database.url(), connectionLimit: 4 });
    apply = createApplyBatch(pool, projections);
  });
  after(() => pool.end());
  afterEach(async () => {
    for (const table of ["carts", "cart_items", "cart_milestones", "cart_abandoned_policies", "dead_letters"])
      await database.pool().query(`DELETE FROM ${table}`);
  });

  const list = (filter: Partial<DeadLetterFilter> = {}): Promise<readonly ListedDeadLetter[]> =>
    inTransaction(pool, (connection) => listDeadLetters(connection, projections, { limit: 100, ...filter }));
  const idOf = async (version: number): Promise<number> => (await list()).find((row) => row.version === version)?.id ?? 0;
  const versionOf = async (n: number): Promise<number | undefined> => {
    const [rows] = await database
      .pool()
      .query<(RowDataPacket & { version: number })[]>("SELECT version FROM carts WHERE id = UUID_TO_BIN(?)", [cartId(n)]);
    return rows[0]?.version;
  };
  /** Makes the unknown event type a known one, as an upgrade of the program would. */
  const learn = () =>
    database.pool().query("UPDATE dead_letters SET headers = CAST(REPLACE(headers, 'CartPainted', 'ItemAddedToCart') AS JSON)");
  const painted = (n: number, version: number) => messageOf(n, version, added("a"), { eventType: "CartPainted" });

  it("are listed in order, filtered by cart and by reason", async () => {
    await apply([...stream(1, created), painted(1, 2), messageOf(1, 3, added("b")), messageOf(2, 5, added("c"))]);
    expect((await list()).map((row) => [row.reason_code, row.aggregate_id, row.version, row.aggregate_version])).to.deep.equal([
      ["UNKNOWN_EVENT_TYPE", cartId(1), 2, 1],
      ["PARKED", cartId(1), 3, 1],
      ["VERSION_GAP", cartId(2), 5, null],
    ]);
    expect((await list({ aggregateId: cartId(1) })).map(({ version }) => version)).to.deep.equal([2, 3]);
    expect((await list({ reason: "VERSION_GAP" })).map(({ version }) => version)).to.deep.equal([5]);
    expect(await list({ limit: 1 })).to.have.length(1);
  });

  it("are the same if they come again, and others if only their place in Kafka is the same", async () => {
    const letter = painted(1, 1);
    const nameless = { ...letter, offset: "7", headers: { ...letter.headers, ce_id: undefined } };
    const former = { ...painted(2, 1), topic: letter.topic, partition: letter.partition, offset: letter.offset };
    const formerNameless = { ...nameless, value: Buffer.from("{}") };
    for (let n = 0; n < 2; n += 1) for (const each of [letter, nameless, former, formerNameless]) await apply([each]);
    expect((await list()).map(({ offset, aggregate_id }) => [offset, aggregate_id])).to.deep.equal([
      [letter.offset, cartId(1)],
      ["7", cartId(1)],
      [letter.offset, cartId(2)],
      ["7", cartId(1)],
    ]);
    // The cart of the later topic is parked, so its later events wait in order.
    await apply([messageOf(2, 2, added("a"))]);
    expect((await list({ aggregateId: cartId(2) })).map(({ reason_code }) => reason_code)).to.deep.equal(["UNKNOWN_EVENT_TYPE", "PARKED"]);
  });

  it("are deleted once their time is over, the oldest first and at most as many as asked", async () => {
    await apply([painted(1, 1), painted(2, 1), painted(3, 1), painted(4, 1)]);
    const age = (n: number, minutes: number) =>
      database
        .pool()
        .query("UPDATE dead_letters SET created_at = NOW(6) - INTERVAL ? MINUTE WHERE aggregate_id = UUID_TO_BIN(?)", [minutes, cartId(n)]);
    for (const n of [1, 2, 3]) await age(n, 61);
    await age(4, 59);
    const purge = (limit: number) => inTransaction(pool, (connection) => purgeDeadLetters(connection, 3_600_000, limit));
    expect(await purge(2)).to.equal(2);
    expect((await list()).map((row) => row.aggregate_id)).to.deep.equal([cartId(3), cartId(4)]);
    expect(await purge(2)).to.equal(1);
    expect(await purge(2)).to.equal(0);
    expect((await list()).map((row) => row.aggregate_id)).to.deep.equal([cartId(4)]);
  });

  it("are shown whole, text as text and other bytes in base64", async () => {
    await apply([messageOf(1, 1, created, { value: Buffer.from([0x7b, 0xff]) })]);
    const shown = await inTransaction(pool, async (connection) => showDeadLetter(connection, projections, await idOf(1)));
    expect(shown).to.deep.include({ key: { text: cartId(1) }, value: { base64: "e/8=" }, reason_code: "INVALID_JSON" });
    expect(shown?.headers).to.deep.include({ name: "ce_type", text: "CartCreated" });
    expect(await inTransaction(pool, (connection) => showDeadLetter(connection, projections, 0))).to.equal(undefined);
  });

  it("are projected in order by a retry of the whole queue, after which the cart receives events again", async () => {
    await apply([...stream(1, created), painted(1, 2), messageOf(1, 3, added("b")), messageOf(1, 4, added("c"))]);
    await learn();
    expect(await queueOf(pool, await idOf(3))).to.deep.equal(cartQueue(1));
    expect(await retryQueue(pool, projections, cartQueue(1))).to.deep.equal({
      aggregate_type: "Cart",
      aggregate_id: cartId(1),
      projected: 3,
      duplicates: 0,
      remaining: 0,
      version: 4,
      failed: null,
    });
    await apply([messageOf(1, 5, added("d"))]);
    expect(await versionOf(1)).to.equal(5);
    expect(await list()).to.deep.equal([]);
  });

  it("stay from the first one that still fails, with the reason of the last retry", async () => {
    await apply([...stream(1, created), painted(1, 2), messageOf(1, 3, added("b")), messageOf(1, 4, { type: "CartPainted", data: {} })]);
    await apply([messageOf(1, 5, added("d"))]);
    await database
      .pool()
      .query("UPDATE dead_letters SET headers = CAST(REPLACE(headers, 'CartPainted', 'ItemAddedToCart') AS JSON) WHERE version = 2");
    const result = await retryQueue(pool, projections, cartQueue(1));
    expect(result).to.deep.include({ projected: 2, remaining: 2, version: 3 });
    expect(result.failed).to.deep.include({ version: 4, reason_code: "UNKNOWN_EVENT_TYPE" });
    expect((await list()).map((row) => [row.version, row.reason_code])).to.deep.equal([
      [4, "UNKNOWN_EVENT_TYPE"],
      [5, "PARKED"],
    ]);
    expect(await versionOf(1)).to.equal(3);
  });

  it("are read page by page, and none behind the page of the first one that still fails", async () => {
    await apply([...stream(1, created), painted(1, 2), ...[3, 4, 5, 6, 7].map((version) => messageOf(1, version, added("a")))]);
    await learn();
    await database.pool().query("UPDATE dead_letters SET value = '{}' WHERE version = 5");
    await database.pool().query("UPDATE dead_letters SET reason = 'another' WHERE version = 7");
    const pages: number[] = [];
    const watched = projections.map((projection) => ({
      ...projection,
      prepareRetry: (messages: Parameters<typeof projection.prepareRetry>[0]) => {
        pages.push(messages.length);
        return projection.prepareRetry(messages);
      },
    }));
    const bytesOfOne = 1;
    const result = await retryQueue(pool, watched, cartQueue(1), { maxRows: 2, maxBytes: 1_000_000 });
    expect(result).to.deep.include({ projected: 3, remaining: 3, version: 4 });
    expect(result.failed).to.deep.include({ version: 5, reason_code: "INVALID_EVENT_DATA" });
    expect(pages).to.deep.equal([2, 2]);
    const parked = "an earlier message of the same aggregate is a dead letter";
    expect((await list()).slice(1).map((row) => [row.version, row.reason_code, row.reason])).to.deep.equal([
      [6, "PARKED", parked],
      [7, "PARKED", parked],
    ]);
    await database
      .pool()
      .query("UPDATE dead_letters SET value = (SELECT value FROM (SELECT value FROM dead_letters WHERE version = 6) other)");
    expect(await retryQueue(pool, watched, cartQueue(1), { maxRows: 2, maxBytes: bytesOfOne })).to.deep.include({
      projected: 3,
      version: 7,
    });
    expect(pages).to.deep.equal([2, 2, 1, 1, 1]);
  });

  it("are cleared as duplicates if the cart has received their events in the meantime", async () => {
    await apply([...stream(1, created), painted(1, 2)]);
    await database.pool().query("UPDATE carts SET version = 2");
    expect(await retryQueue(pool, projections, cartQueue(1))).to.deep.include({ projected: 0, duplicates: 1, remaining: 0, version: 2 });
    expect(await list()).to.deep.equal([]);
  });

  it("never jump a gap", async () => {
    await apply([...stream(1, created), messageOf(1, 3, added("b"))]);
    expect((await retryQueue(pool, projections, cartQueue(1))).failed).to.deep.include({ version: 3, reason_code: "VERSION_GAP" });
    expect(await versionOf(1)).to.equal(1);
  });

  it("form a queue each if they name no cart", async () => {
    await apply([messageOf(1, 1, created, { aggregateType: "Order" }), painted(2, 1)]);
    const queues = await deadLetterQueues(pool, projections, { limit: 100 });
    expect(queues.map(({ firstId: _id, ...queue }) => queue)).to.deep.equal([{ aggregateType: "Cart", id: await idOf(1) }, cartQueue(2)]);
    const [first] = queues;
    if (first === undefined) throw new Error("there is a queue");
    expect((await retryQueue(pool, projections, first)).failed).to.deep.include({ reason_code: "UNKNOWN_AGGREGATE_TYPE" });
  });

  it("are found by their reason, page by page, and by the tenant of their aggregate", async () => {
    await apply([...stream(1, created), painted(1, 2), ...stream(2, created), painted(2, 2), messageOf(3, 5, added("a"))]);
    const unknown = { reason: "UNKNOWN_EVENT_TYPE", limit: 1 };
    const [first] = await deadLetterQueues(pool, projections, unknown);
    expect(first).to.deep.include(cartQueue(1));
    const [second] = await deadLetterQueues(pool, projections, { ...unknown, afterId: first?.firstId ?? 0 });
    expect(second).to.deep.include(cartQueue(2));
    expect(await deadLetterQueues(pool, projections, { ...unknown, afterId: second?.firstId ?? 0 })).to.deep.equal([]);
    expect((await list({ tenantId: "default" })).map(({ tenant_id: tenant }) => tenant)).to.deep.equal(["default", "default"]);
    expect((await list({ tenantId: "another" })).length).to.equal(0);
    await database.pool().query("UPDATE carts SET tenant_id = 'another' WHERE id = UUID_TO_BIN(?)", [cartId(2)]);
    const ofAnother = { ...unknown, tenantId: "another" };
    expect(await deadLetterQueues(pool, projections, ofAnother), "although another tenant's queue is before it").to.deep.equal([second]);
    expect(await deadLetterQueues(pool, projections, { ...ofAnother, reason: undefined, limit: 100 })).to.deep.equal([second]);
    expect((await list({ afterId: second?.firstId ?? 0 })).map(({ reason_code: code, tenant_id: tenant }) => [code, tenant])).to.deep.equal(
      [["VERSION_GAP", null]],
    );
  });

  it("are retried together with a dead letter that a projector stores at the same time", async () => {
    await apply([...stream(1, created), painted(1, 2)]);
    await learn();
    const projector = await database.pool().getConnection();
    try {
      await projector.beginTransaction();
      await projector.query("SELECT version FROM carts FOR UPDATE");
      const retried = retryQueue(pool, projections, cartQueue(1));
      await waitFor("the lock wait", async () => {
        const [waits] = await database.pool().query<RowDataPacket[]>("SELECT 1 FROM performance_schema.data_lock_waits");
        return waits.length > 0;
      });
      // Stores the next event as a dead letter behind the first one, as `applyBatch` does.
      const next = messageOf(1, 3, added("b"));
      await projector.query(
        `INSERT INTO dead_letters (topic, kafka_partition, kafka_offset, message_key, headers, value, reason_code, reason, aggregate_id, version)
         SELECT topic, kafka_partition, kafka_offset + 1, message_key,
                CAST(REPLACE(headers, '"ce_aggregateversion", "text": "2"', '"ce_aggregateversion", "text": "3"') AS JSON),
                ?, 'PARKED', '', aggregate_id, 3 FROM dead_letters`,
        [next.value],
      );
      await projector.commit();
      expect(await retried).to.deep.include({ projected: 2, remaining: 0, version: 3 });
    } finally {
      projector.release();
    }
  });

  it("are discarded with a report of the consequence, and no gap is jumped", async () => {
    await apply([...stream(1, created), painted(1, 2), messageOf(1, 3, added("b"))]);
    const gap = await discardDeadLetter(pool, projections, await idOf(2));
    expect(gap).to.deep.include({ aggregate_id: cartId(1), version: 2, waiting: 1 });
    expect(gap?.consequence).to.match(/^a gap.*rebuild --type Cart --aggregate/);
    expect((await retryQueue(pool, projections, cartQueue(1))).failed).to.deep.include({ reason_code: "VERSION_GAP" });

    await database.pool().query("UPDATE carts SET version = 3");
    expect((await discardDeadLetter(pool, projections, await idOf(3)))?.consequence).to.match(/^none: the aggregate has version 3/);
    expect(await discardDeadLetter(pool, projections, 0)).to.equal(undefined);
  });
});

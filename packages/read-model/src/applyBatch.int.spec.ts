import { migrateReadModel } from "@cart/migrations";
import type { ConsumedMessage } from "@cart/messaging";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { type ApplyBatch, createApplyBatch } from "./applyBatch.ts";
import { openReadModelPool } from "./openReadModelPool.ts";
import { added, cartId, created, messageOf, purchased, stream, timeOf } from "./testing/cartMessages.ts";
import { projections } from "./projections.ts";

describe("applyBatch", () => {
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

  const rows = async (sql: string): Promise<unknown[]> => {
    const [found] = await database.pool().query<RowDataPacket[]>(sql);
    return found.map((row) => ({ ...row }));
  };
  const carts = () => rows("SELECT BIN_TO_UUID(id) id, version, total_amount, item_count, line_count, status FROM carts ORDER BY id");
  const items = () =>
    rows(
      "SELECT BIN_TO_UUID(cart_id) cart_id, line_id, item_id, name, attributes, quantity, unit_price, position FROM cart_items ORDER BY cart_id, position",
    );
  const deadLetters = () =>
    rows(
      "SELECT topic, kafka_partition, kafka_offset, reason_code, BIN_TO_UUID(aggregate_id) aggregate_id, version FROM dead_letters ORDER BY id",
    );
  const everything = async () => ({
    carts: await rows("SELECT * FROM carts ORDER BY id"),
    items: await items(),
    deadLetters: await deadLetters(),
  });

  it("writes every column of a cart and of its lines", async () => {
    await apply(stream(1, created, added("b", 2, 2_999, "Ø"), added("a"), added("b", 1, 3_000), purchased(10_000)));

    expect(await rows("SELECT * FROM carts")).to.deep.equal([
      {
        id: Buffer.from(cartId(1).replaceAll("-", ""), "hex"),
        tenant_id: "default",
        user_id: "user-123",
        status: "CLOSED",
        currency: "USD",
        total_amount: 10_000,
        item_count: 4,
        line_count: 2,
        order_id: "order-1",
        merged_into: null,
        abandoned_at: null,
        reminded_step: 0,
        attributes: null,
        adjustments: null,
        adjustments_stale: 0,
        version: 5,
        next_position: 3,
        created_at: timeOf(1),
        updated_at: timeOf(5),
      },
    ]);
    expect(await items()).to.deep.equal([
      { cart_id: cartId(1), line_id: "b", item_id: "b", name: "Ø", attributes: null, quantity: 3, unit_price: 3_000, position: 1 },
      { cart_id: cartId(1), line_id: "a", item_id: "a", name: null, attributes: null, quantity: 1, unit_price: 1_000, position: 2 },
    ]);
  });

  it("has the same result however the events are split into batches", async () => {
    const messages = [...stream(1, created, added("a"), added("b"), added("a", 3)), ...stream(2, created, added("c"), purchased(1_000))];
    await apply(messages);
    const atOnce = await everything();
    await database.pool().query("DELETE FROM carts");
    await database.pool().query("DELETE FROM cart_items");
    for (const message of messages) await apply([message]);
    expect(await everything()).to.deep.equal(atOnce);
  });

  it("has no further effect when the same batch is applied twice", async () => {
    const messages = [...stream(1, created, added("a")), messageOf(1, 9, added("x")), messageOf(2, 1, created, { value: null })];
    await apply(messages);
    const once = await everything();
    const again = await apply(messages);
    expect(again).to.deep.include({ duplicates: 2, projected: [] });
    expect(await everything()).to.deep.equal(once);
  });

  it("never judges a projected event again, even if its version is that of a new cart", async () => {
    await apply(stream(1, created));
    const once = await everything();
    // This event would be NOT_APPLICABLE to a new cart: an item cannot be added before the cart is created.
    expect(await apply([messageOf(1, 1, added("a"))])).to.deep.include({ duplicates: 1, deadLetters: [] });
    expect(await everything()).to.deep.equal(once);
  });

  it("distinguishes item ids that differ only in case, an accent or a trailing space", async () => {
    await apply(stream(1, created, added("a"), added("A"), added("á"), added("a ")));
    expect((await items()).length).to.equal(4);
  });

  it("stores an unprojectable message unchanged, keeps its cart parked in later batches, and projects the other carts", async () => {
    const poison = messageOf(1, 2, added("a"), {
      value: Buffer.from([0x7b, 0xff]),
      headers: { blob: Buffer.from([0xff]), twice: [Buffer.from("x"), Buffer.from("y")] },
    });
    await apply([messageOf(1, 1, created), poison, messageOf(2, 1, created)]);
    await apply([messageOf(1, 3, added("b")), messageOf(2, 2, added("c"))]);

    expect(await carts()).to.deep.equal([
      { id: cartId(1), version: 1, total_amount: 0, item_count: 0, line_count: 0, status: "OPEN" },
      { id: cartId(2), version: 2, total_amount: 1_000, item_count: 1, line_count: 1, status: "OPEN" },
    ]);
    const place = { topic: "ec.cart-events", kafka_partition: 1, aggregate_id: cartId(1) };
    expect(await deadLetters()).to.deep.equal([
      { ...place, kafka_offset: 1_002, reason_code: "INVALID_JSON", version: 2 },
      { ...place, kafka_offset: 1_003, reason_code: "PARKED", version: 3 },
    ]);
    const [stored] = await rows("SELECT message_key, value, headers FROM dead_letters ORDER BY id LIMIT 1");
    expect(stored).to.deep.include({ message_key: Buffer.from(cartId(1)), value: poison.value });
    expect(stored)
      .to.have.property("headers")
      .that.deep.includes.members([
        { name: "ce_type", text: "ItemAddedToCart" },
        { name: "blob", base64: "/w==" },
        { name: "twice", text: "x" },
        { name: "twice", text: "y" },
      ]);
  });

  it("never jumps a gap", async () => {
    await apply([messageOf(1, 1, created), messageOf(1, 3, added("b"))]);
    await apply([messageOf(1, 2, added("a"))]);
    expect(await carts()).to.deep.include({ id: cartId(1), version: 1, total_amount: 0, item_count: 0, line_count: 0, status: "OPEN" });
    expect((await deadLetters()).map((row) => (row as { reason_code: string }).reason_code)).to.deep.equal(["VERSION_GAP", "PARKED"]);
  });

  it("writes the whole batch or nothing", async () => {
    await apply(stream(2, created));
    await database.pool().query("CREATE TRIGGER refuse BEFORE INSERT ON cart_items FOR EACH ROW SIGNAL SQLSTATE '45000'");
    try {
      const error: unknown = await apply([messageOf(1, 1, created), messageOf(2, 2, added("a"))]).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(Error);
      expect((await carts()).length).to.equal(1);
    } finally {
      await database.pool().query("DROP TRIGGER refuse");
    }
    await apply([messageOf(1, 1, created), messageOf(2, 2, added("a"))]);
    expect((await carts()).length).to.equal(2);
  });

  it("projects each event once if two projectors apply the same new carts at the same time", async () => {
    const batch = (from: number): ConsumedMessage[] =>
      Array.from({ length: 50 }, (_, n) => stream(from + n, created, added("a"), added("b"))).flat();
    const other = openReadModelPool({ url: database.url(), connectionLimit: 1 });
    try {
      const zombie = createApplyBatch(other, projections);
      for (const from of [100, 200, 300, 400]) {
        const results = await Promise.all([apply(batch(from)), zombie(batch(from).toReversed().toSorted(byVersion))]);
        expect(results.reduce((sum, { projected }) => sum + projected.length, 0)).to.equal(150);
      }
    } finally {
      await other.end();
    }
    expect(
      await rows("SELECT COUNT(*) n, MIN(version) low, MAX(version) high, CAST(SUM(total_amount) AS SIGNED) total FROM carts"),
    ).to.deep.equal([{ n: 200, low: 3, high: 3, total: 400_000 }]);
    expect(await deadLetters()).to.deep.equal([]);
  });

  it("waits for a projector that has locked the cart, and does not overwrite its write", async () => {
    await apply(stream(1, created));
    const faster = await database.pool().getConnection();
    try {
      await faster.beginTransaction();
      await faster.query("SELECT version FROM carts FOR UPDATE");
      const slower = apply([messageOf(1, 2, added("a"))]);
      await waitFor("the lock wait", async () => (await rows("SELECT 1 FROM performance_schema.data_lock_waits")).length > 0);
      await faster.query("UPDATE carts SET version = 2");
      await faster.commit();
      expect(await slower).to.deep.include({ duplicates: 1, projected: [] });
    } finally {
      faster.release();
    }
  });
});

const versionOf = ({ headers }: ConsumedMessage): number => Number(headers["ce_aggregateversion"]?.toString());
const byVersion = (a: ConsumedMessage, b: ConsumedMessage): number => versionOf(a) - versionOf(b);

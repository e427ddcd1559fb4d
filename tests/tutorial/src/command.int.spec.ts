import { cartAggregate, type CartCommand, cartDecider } from "@cart/domain";
import {
  createCommandHandler,
  fetchPending,
  newEventId,
  openEventStorePool,
  type OutboxRow,
  parseMetadata,
  shardCount,
} from "@cart/event-store";
import { type ConsumedMessage, decodeEventMessage, defaultTopics, encodeEventMessage } from "@cart/messaging";
import { migrateEventStore, migrateReadModel } from "@cart/migrations";
import { createApplyBatch, openReadModelPool, projections } from "@cart/read-model";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";

const cartId = "550e8400-e29b-41d4-a716-446655440000";
const command: CartCommand = {
  type: "AddItem",
  userId: "user-123",
  defaults: { tenantId: "default", currency: "USD" },
  itemId: "item-456",
  quantity: 2,
  price: 29.99,
};
const metadata = { correlation_id: "request-1", causation_id: "command-1" };

// The steps run in their order: each one takes what the one before it has made.
describe("one command, step by step", () => {
  const eventStore = useMysqlDatabase({ migrate: migrateEventStore });
  const readModel = useMysqlDatabase({ migrate: migrateReadModel });
  let pools: { readonly events: Pool; readonly carts: Pool };
  let rows: readonly OutboxRow[] = [];
  let messages: readonly ConsumedMessage[] = [];
  before(() => {
    pools = {
      events: openEventStorePool({ url: eventStore.url(), connectionLimit: 2 }),
      carts: openReadModelPool({ url: readModel.url(), connectionLimit: 2 }),
    };
  });
  after(() => Promise.all([pools.events.end(), pools.carts.end()]));

  it("is decided on the cart's state, without any I/O", () => {
    const events = cartDecider.decide(command, cartDecider.initialState, 0);
    expect(events).to.deep.equal([
      { type: "CartCreated", data: { user_id: "user-123", tenant_id: "default", currency: "USD" } },
      {
        type: "ItemAddedToCart",
        data: { line_id: "item-456", item_id: "item-456", quantity: 2, unit_price: 2999, previous_unit_price: null },
      },
    ]);
  });

  it("is stored with its outbox rows in one transaction", async () => {
    const handler = createCommandHandler({ pool: pools.events, aggregate: cartAggregate, now: () => new Date(), newEventId });
    const { version } = await handler.handle({ aggregateId: cartId, command, metadata, expectedVersion: 0 });
    expect(version).to.equal(2);
    await handler.stop();
  });

  it("waits in the outbox, in order", async () => {
    const connection = await pools.events.getConnection();
    const shards = Array.from({ length: shardCount }, (_, shard) => shard);
    const page = await fetchPending(connection, { shards, limit: { maxRows: 100, maxBytes: 1_048_576 } });
    connection.release();
    rows = page.rows;
    expect(rows.map((row) => `${row.version} ${row.eventType}`)).to.deep.equal(["1 CartCreated", "2 ItemAddedToCart"]);
  });

  it("is published as CloudEvents with the cart's id as key", () => {
    messages = rows.map((row, index) => {
      const { key, value, headers } = encodeEventMessage({
        ...row,
        occurredAt: row.createdAt,
        metadata: parseMetadata(JSON.parse(row.metadata)),
      });
      return {
        topic: defaultTopics.cartEvents,
        partition: 0,
        offset: String(index),
        key: Buffer.from(key),
        value: Buffer.from(value),
        headers,
      };
    });
    expect(messages.map((message) => decodeEventMessage(message).version)).to.deep.equal([1, 2]);
  });

  it("is projected in one transaction, once, however often its messages arrive", async () => {
    const applyBatch = createApplyBatch(pools.carts, projections);
    expect((await applyBatch(messages)).projected).to.have.length(2);
    expect((await applyBatch(messages)).duplicates).to.equal(2);
  });

  it("is read from the read model", async () => {
    const [carts] = await pools.carts.query<RowDataPacket[]>("SELECT version, status, total_amount, item_count FROM carts");
    expect(carts.map((cart) => ({ ...cart }))).to.deep.equal([{ version: 2, status: "OPEN", total_amount: 5998, item_count: 2 }]);
  });
});

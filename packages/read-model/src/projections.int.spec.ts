import {
  type CartCommand,
  cartDecider,
  type CartEvent,
  cartEventCodec,
  type DomainEvent,
  tenantPolicyAggregateType,
  tenantPolicyId,
} from "@cart/domain";

import { type ConsumedMessage, encodeEventMessage } from "@cart/messaging";
import { eventRow, eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore, migrateReadModel } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { type ApplyBatch, createApplyBatch } from "./applyBatch.ts";
import { retryQueue } from "./deadLetters/retryDeadLetters.ts";
import { openReadModelPool } from "./openReadModelPool.ts";
import { rebuildAll } from "./rebuild/rebuildAll.ts";
import { rebuildOne } from "./rebuild/rebuildOne.ts";
import { added, cartId, created, messageOf } from "./testing/cartMessages.ts";
import { storeStream } from "./testing/storedEvents.ts";
import type { Difference } from "./verify/compareRows.ts";
import { verifyReadModel } from "./verify/verifyReadModel.ts";
import { projections } from "./projections.ts";

/** Returns a time late in the evening, on a different day for each version. */
const dayOf = (version: number): Date => new Date(Date.UTC(2025, 10, version, 23, 59, 59, 999));

const submitted: DomainEvent = { type: "CartSubmitted", data: { total_amount: 1_000, item_count: 1, line_count: 1 } };
const reopened: DomainEvent = { type: "CartReopened", data: {} };
const abandoned: DomainEvent = {
  type: "CartAbandoned",
  data: { last_activity_at: dayOf(4).toISOString(), abandoned_after_minutes: 60 },
};
const reminded: DomainEvent = { type: "CartAbandonmentReminderDue", data: { step: 1, after_minutes: 60 } };
const bought: DomainEvent = { type: "CartPurchased", data: { order_id: "order-1", total_amount: 1_000 } };

/** Reaches every milestone, and some of them twice. */
const recovered = [created, added("a"), submitted, reopened, abandoned, reminded, reopened, abandoned, reopened, submitted, bought];
const expectedDays = { created: 1, with_items: 2, submitted: 3, abandoned: 5, purchased: 11, recovered: 11 };

const policy = {
  tenant_id: "shop-1",
  title: "Standard ☕",
  abandoned_minutes: 60,
  quiet_time_from: "22:00:00",
  quiet_time_to: "07:30:00",
  time_zone: "Europe/Berlin",
  reminders: [60, 1440],
};
const policyCreated: DomainEvent = { type: "TenantCartAbandonedPolicyCreated", data: policy };
const policyUpdated: DomainEvent = {
  type: "TenantCartAbandonedPolicyUpdated",
  data: { ...policy, quiet_time_from: null, quiet_time_to: null, time_zone: "UTC", reminders: [] },
};
const policyRemoved: DomainEvent = { type: "TenantCartAbandonedPolicyRemoved", data: { tenant_id: "shop-1" } };
const policyId = tenantPolicyId("shop-1");

const policyMessage = (version: number, event: DomainEvent, eventType = event.type): ConsumedMessage => {
  const { key, value, headers } = encodeEventMessage({
    eventId: `01890a5d-ac96-774b-bcce-${String(900_000 + version).padStart(12, "0")}`,
    eventType,
    schemaVersion: 1,
    aggregateType: tenantPolicyAggregateType,
    aggregateId: policyId,
    version,
    occurredAt: dayOf(version),
    metadata: { correlation_id: "request-1", causation_id: "command-1" },
    data: JSON.stringify(event.data),
  });
  return {
    topic: "ec.tenant-policy-events",
    partition: 0,
    offset: String(version),
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
};

describe("the projections", () => {
  const events = useMysqlDatabase({ migrate: migrateEventStore });
  const database = useMysqlDatabase({ migrate: migrateReadModel });
  let eventStore: Pool;
  let readModel: Pool;
  let apply: ApplyBatch;

  before(() => {
    eventStore = openMysqlPool({ url: events.url(), connectionLimit: 2 });
    readModel = openReadModelPool({ url: database.url(), connectionLimit: 5 });
    apply = createApplyBatch(readModel, projections);
  });
  after(async () => {
    await eventStore.end();
    await readModel.end();
  });
  const clear = async (): Promise<void> => {
    for (const table of ["carts", "cart_items", "cart_milestones", "cart_abandoned_policies", "dead_letters"]) {
      await database.pool().query(`DELETE FROM ${table}`);
    }
  };
  afterEach(async () => {
    await clear();
    await eventStoreTables(events.pool()).clear();
  });

  const rows = async (sql: string): Promise<Record<string, unknown>[]> => {
    const [found] = await database.pool().query<RowDataPacket[]>(sql);
    return found.map((row) => ({ ...row }));
  };
  const milestones = () => rows("SELECT cart_id, milestone, tenant_id, day FROM cart_milestones ORDER BY cart_id, milestone");
  const policies = () => rows("SELECT * FROM cart_abandoned_policies");
  const rebuild = (onFolded?: () => Promise<void>) =>
    rebuildAll({
      projections,
      eventStore,
      readModel,
      signal: new AbortController().signal,
      report: () => undefined,
      ...(onFolded === undefined ? {} : { onFolded }),
    });
  const verify = async (): Promise<Difference[]> => {
    const differences: Difference[] = [];
    const report = (difference: Difference) => void differences.push(difference);
    await verifyReadModel({ eventStore, readModel, projections, signal: new AbortController().signal, patienceMs: 0, report });
    return differences;
  };

  it("are the same from Kafka and from the event store, whose JSON has its members in another order", async () => {
    const attributes = { zebra: "☕ 'quoted' \\\\", a: 0.1, gift: true };
    const defaults = { tenantId: "default", currency: "USD" };
    const add = { type: "AddItem", userId: "guest-1", defaults, itemId: "mug", quantity: 2, price: 12.5 } as const;
    const [discount, fee] = [
      { kind: "discount", amount: -5, reference: "SPRING", label: "Spring" },
      { kind: "fee", amount: 0.5 },
    ] as const;
    const commands: readonly CartCommand[] = [
      { type: "CreateCart", userId: "guest-1", defaults, attributes },
      { type: "ChangeCart", operations: [add, { ...add, attributes }, { ...add, attributes: { size: "L" } }] },
      { type: "ChangeItem", lineId: "mug", price: 11 },
      { type: "SetAdjustments", adjustments: [discount, fee] },
      { type: "ClaimCart", userId: "ann" },
    ];
    const decided: CartEvent[] = [];
    for (const command of commands) {
      const cart = decided.reduce(cartDecider.evolve, cartDecider.initialState);
      decided.push(...cartDecider.decide(command, cart, decided.length));
    }
    const schemaVersion = ({ type }: CartEvent): number => cartEventCodec.currentVersion(type);
    await eventStoreTables(events.pool()).events.insert(
      decided.map((event, index) =>
        eventRow({
          event_id: `01890a5d-ac96-774b-bcce-${String(index).padStart(12, "0")}`,
          aggregate_id: cartId(1),
          version: index + 1,
          event_type: event.type,
          schema_version: schemaVersion(event),
          event_data: event.data,
          created_at: dayOf(index + 1),
        }),
      ),
    );
    const at = (index: number) => ({ headers: { ce_time: Buffer.from(dayOf(index + 1).toISOString()) } });
    for (const [index, event] of decided.entries())
      await apply([messageOf(1, index + 1, event, { schemaVersion: schemaVersion(event), ...at(index) })]);

    expect(await verify()).to.deep.equal([]);
    const columns = "user_id, total_amount, line_count, attributes, adjustments, adjustments_stale, version";
    const live = await rows(`SELECT ${columns} FROM carts`);
    expect(live).to.deep.equal([
      {
        user_id: "ann",
        total_amount: 2 * 1_100 + 4 * 1_250,
        line_count: 3,
        attributes: JSON.stringify({ a: 0.1, gift: true, zebra: attributes.zebra }),
        adjustments: JSON.stringify([
          { kind: "discount", amount: -500, label: "Spring", reference: "SPRING" },
          { kind: "fee", amount: 50 },
        ]),
        adjustments_stale: 0,
        version: decided.length,
      },
    ]);
    await rebuild();
    expect(await rows(`SELECT ${columns} FROM carts`)).to.deep.equal(live);
    expect(await verify()).to.deep.equal([]);
  });

  describe("of the funnel", () => {
    const messages = (n: number): ConsumedMessage[] =>
      recovered.map((event, index) =>
        messageOf(n, index + 1, event, { headers: { ce_time: Buffer.from(dayOf(index + 1).toISOString()) } }),
      );
    const store = (n: number, count = recovered.length) =>
      storeStream(eventStore, { aggregateType: "Cart", id: cartId(n), n, from: 1, occurredAt: dayOf }, recovered.slice(0, count));
    const daysOf = async (n: number): Promise<Record<string, number>> => {
      const found = await rows(
        `SELECT milestone, DAY(day) AS day FROM cart_milestones WHERE cart_id = UUID_TO_BIN('${cartId(n)}') AND tenant_id = 'default'`,
      );
      return Object.fromEntries(found.map(({ milestone, day }) => [String(milestone), Number(day)]));
    };

    it("count a cart once for each milestone, on the day on which it first reached it", async () => {
      await apply([...messages(1), ...messages(2)]);
      expect(await daysOf(1)).to.deep.equal(expectedDays);
      expect(await daysOf(2)).to.deep.equal(expectedDays);
      const [cart] = await rows("SELECT status, DAY(abandoned_at) AS day, reminded_step FROM carts LIMIT 1");
      expect(cart).to.deep.equal({ status: "CLOSED", day: 8, reminded_step: 0 });
    });

    it("stay exact after duplicates, and however the events are split into batches", async () => {
      await apply(messages(1));
      const once = await milestones();
      await apply(messages(1));
      await apply([...messages(1).slice(2, 5), ...messages(1)]);
      expect(await milestones()).to.deep.equal(once);
      await clear();
      for (const message of messages(1)) await apply([message, message]);
      expect(await milestones()).to.deep.equal(once);
    });

    it("stay exact if several projectors apply the same messages at once", async () => {
      const carts = Array.from({ length: 20 }, (_, n) => n + 1);
      const all = carts.flatMap((n) => messages(n));
      await Promise.all([apply(all), apply(all), apply(all)]);
      expect(await rows("SELECT milestone, COUNT(*) AS n FROM cart_milestones GROUP BY milestone ORDER BY milestone")).to.deep.equal(
        ["created", "with_items", "submitted", "purchased", "abandoned", "recovered"].map((milestone) => ({ milestone, n: 20 })),
      );
    });

    it("are unchanged by a rebuild, even for a cart that gets events during it, and pass verification", async () => {
      await store(1);
      await store(2, 5);
      await apply([...messages(1), ...messages(2)]);
      const live = await milestones();
      await database.pool().query("UPDATE cart_milestones SET day = '2024-01-01' WHERE milestone = 'submitted'");
      await database.pool().query("DELETE FROM cart_milestones WHERE milestone = 'created'");
      expect((await verify()).map(({ aggregate_id, difference, columns }) => [aggregate_id, difference, columns.length])).to.deep.equal([
        [cartId(1), "DIFFERENT", 2],
        [cartId(2), "AHEAD", 0],
      ]);
      const result = await rebuild(async () => {
        await storeStream(eventStore, { aggregateType: "Cart", id: cartId(2), n: 2, from: 6, occurredAt: dayOf }, recovered.slice(5));
      });
      expect(result.rows).to.deep.include({ carts: 2, cart_milestones: 12 });
      expect(await milestones()).to.deep.equal(live);
      expect(await verify()).to.deep.equal([]);
      await apply([...messages(1), ...messages(2)]);
      expect(await milestones()).to.deep.equal(live);
    });

    it("are rebuilt when only their cart is rebuilt", async () => {
      await store(1);
      await apply(messages(1));
      const live = await milestones();
      await database.pool().query("UPDATE cart_milestones SET day = '2024-01-01'");
      await rebuildOne(eventStore, readModel, projections, { aggregateType: "Cart", id: cartId(1) });
      expect(await milestones()).to.deep.equal(live);
    });
  });

  describe("of policies", () => {
    const store = (...some: readonly DomainEvent[]) =>
      storeStream(eventStore, { aggregateType: tenantPolicyAggregateType, id: policyId, n: 900, from: 1, occurredAt: dayOf }, some);

    it("have one row with the current value of every column, also when projected in a batch with carts", async () => {
      const shown = {
        id: Buffer.from(policyId.replaceAll("-", ""), "hex"),
        status: "ACTIVE",
        ...policy,
        reminders: "[60,1440]",
        checkout_abandoned_minutes: null,
        overtaken_reminders: "skip",
        max_reminders_per_day: null,
        version: 1,
        created_at: dayOf(1),
        updated_at: dayOf(1),
      };
      await apply([messageOf(1, 1, created), policyMessage(1, policyCreated)]);
      expect(await policies()).to.deep.equal([shown]);
      expect(await apply([policyMessage(1, policyCreated), policyMessage(2, policyUpdated)])).to.deep.include({ duplicates: 1 });
      const updated = { quiet_time_from: null, quiet_time_to: null, time_zone: "UTC", reminders: "[]", version: 2, updated_at: dayOf(2) };
      expect(await policies()).to.deep.equal([{ ...shown, ...updated }]);
      expect(await rows("SELECT version FROM carts")).to.deep.equal([{ version: 1 }]);
    });

    it("keep a row with their version after they are removed, until they are created again", async () => {
      await store(policyCreated, policyRemoved);
      await apply([policyMessage(1, policyCreated), policyMessage(2, policyRemoved)]);
      const removed = { tenant_id: "shop-1", status: "REMOVED", title: null, abandoned_minutes: null, version: 2, created_at: dayOf(1) };
      expect((await policies())[0]).to.deep.include(removed);
      expect(await verify()).to.deep.equal([]);
      const live = await policies();
      await rebuild();
      expect(await policies()).to.deep.equal(live);
      await apply([policyMessage(3, policyCreated)]);
      expect((await policies())[0]).to.deep.include({ status: "ACTIVE", title: "Standard ☕", version: 3, created_at: dayOf(3) });
    });

    it("wait behind an unprojectable message, and do not block a cart with the same id", async () => {
      const cartOfThatId = { ...messageOf(1, 1, created), key: Buffer.from(policyId) };
      const withId = { ...cartOfThatId, headers: { ...cartOfThatId.headers, ce_subject: Buffer.from(policyId) } };
      const result = await apply([policyMessage(1, policyCreated), policyMessage(2, policyUpdated, "PolicyPainted"), withId]);
      expect(result.deadLetters.map(({ aggregateType, code, version }) => [aggregateType, code, version])).to.deep.equal([
        [tenantPolicyAggregateType, "UNKNOWN_EVENT_TYPE", 2],
      ]);
      expect((await apply([policyMessage(3, policyUpdated)])).deadLetters).to.have.length(1);
      expect(await rows("SELECT version FROM carts")).to.deep.equal([{ version: 1 }]);

      await database
        .pool()
        .query("UPDATE dead_letters SET headers = CAST(REPLACE(headers, 'PolicyPainted', 'TenantCartAbandonedPolicyUpdated') AS JSON)");
      expect(await retryQueue(readModel, projections, { aggregateType: tenantPolicyAggregateType, aggregateId: policyId })).to.deep.equal({
        aggregate_type: tenantPolicyAggregateType,
        aggregate_id: policyId,
        projected: 2,
        duplicates: 0,
        remaining: 0,
        version: 3,
        failed: null,
      });
    });

    it("refuse an event of another aggregate type on their topic", async () => {
      const { deadLetters } = await apply([{ ...messageOf(1, 1, created), topic: "ec.tenant-policy-events" }]);
      expect(deadLetters.map(({ aggregateType, code, aggregateId }) => [aggregateType, code, aggregateId])).to.deep.equal([
        [tenantPolicyAggregateType, "UNKNOWN_AGGREGATE_TYPE", undefined],
      ]);
      expect(await rows("SELECT version FROM carts")).to.deep.equal([]);
    });

    it("are unchanged by a rebuild, and pass verification", async () => {
      await store(policyCreated, policyUpdated);
      await apply([policyMessage(1, policyCreated), policyMessage(2, policyUpdated)]);
      const live = await policies();
      await database.pool().query("UPDATE cart_abandoned_policies SET title = 'Another'");
      expect(await verify()).to.have.length(1);
      expect((await rebuild()).rows).to.deep.include({ cart_abandoned_policies: 1 });
      expect(await policies()).to.deep.equal(live);
      await database.pool().query("DELETE FROM cart_abandoned_policies");
      expect((await verify()).map(({ difference }) => difference)).to.deep.equal(["MISSING"]);
      await rebuildOne(eventStore, readModel, projections, { aggregateType: tenantPolicyAggregateType, id: policyId });
      expect(await policies()).to.deep.equal(live);
      expect(await verify()).to.deep.equal([]);
    });
  });
});

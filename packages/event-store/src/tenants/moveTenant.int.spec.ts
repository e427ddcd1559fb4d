import { createHash } from "node:crypto";
import {
  type AddItem,
  type Cart,
  cartAggregate,
  type CartCommand,
  type CartEvent,
  DomainError,
  itemCount,
  type RecordedEvent,
  tenantPolicyId,
} from "@cart/domain";
import { migrateEventStore } from "@cart/migrations";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { CommandFailedError } from "../commands/commandErrors.ts";
import { type CommandHandler, createCommandHandler } from "../commands/commandHandler.ts";
import type { OnceResult } from "../commands/commandRequest.ts";
import { openEventStorePool } from "../openEventStorePool.ts";
import { type Append, appendLocked, appendStreams } from "../streams/appendStreams.ts";
import { loadStreams } from "../streams/loadStreams.ts";
import { eventRow, eventStoreTables } from "../testing/eventStoreTables.ts";
import { cancelMove, type MoveOptions, moveTenant, type MoveStep } from "./moveTenant.ts";
import { TenantsMovingError } from "./tenantGate.ts";

type Carts = CommandHandler<Cart, CartCommand, CartEvent>;

const metadata = { correlation_id: "correlation-1", causation_id: "causation-1" };
const created = (tenantId: string) => ({
  event_type: "CartCreated",
  schema_version: 2,
  event_data: { user_id: "user-1", tenant_id: tenantId, currency: "USD" },
});
const firstEvent = (tenantId: string, aggregateId: string): RecordedEvent<CartEvent> => ({
  eventId: uuidv7(),
  aggregateType: "Cart",
  aggregateId,
  version: 1,
  schemaVersion: cartAggregate.codec.currentVersion("CartCreated"),
  occurredAt: new Date(),
  metadata,
  event: { type: "CartCreated", data: { user_id: "user-1", tenant_id: tenantId, currency: "USD" } },
});
const addItem = (tenantId: string): AddItem => ({
  type: "AddItem",
  userId: "user-1",
  defaults: { tenantId, currency: "USD" },
  itemId: "item-1",
  quantity: 1,
  price: 29.99,
});

describe("a tenant that moves to another event store", () => {
  const [from, to] = [useMysqlDatabase({ migrate: migrateEventStore }), useMysqlDatabase({ migrate: migrateEventStore })];
  let source: Pool;
  let target: Pool;
  before(() => {
    [source, target] = [
      openEventStorePool({ url: from.url(), connectionLimit: 10 }),
      openEventStorePool({ url: to.url(), connectionLimit: 10 }),
    ];
  });
  after(() => Promise.all([source.end(), target.end()]));
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => void (await Promise.all(stops.splice(0).map((stop) => stop()))));

  /** Stands for one process, with its own queue and cache. */
  const carts = (pool: Pool): Carts => {
    const handler = createCommandHandler({ pool, aggregate: cartAggregate, now: () => new Date(), newEventId: () => uuidv7() });
    stops.push(handler.stop);
    return handler;
  };
  const add = (handler: Carts, tenantId: string, aggregateId: string, key: string): Promise<OnceResult> =>
    handler.handleOnce(
      { aggregateId, command: addItem(tenantId), metadata },
      { key, requestHash: createHash("sha256").update(aggregateId).digest(), answer: ({ version }) => `{"version":${version}}` },
    );
  const codeOf = (outcome: Promise<unknown>): Promise<unknown> =>
    outcome.then(
      () => "accepted",
      (error: unknown) => (error instanceof CommandFailedError || error instanceof DomainError ? error.code : error),
    );
  const messageOf = (outcome: Promise<unknown>): Promise<string> =>
    outcome.then(
      () => "resolved",
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  const move = (tenantId: string, report: MoveOptions["report"] = () => undefined): Promise<void> =>
    moveTenant({ source, target, tenantId, report });
  const countIn = async (pool: Pool, aggregateId: string): Promise<number> => {
    const state = (await loadStreams(pool, cartAggregate, [aggregateId])).get(aggregateId)?.state;
    return state === undefined || state.status === "NONE" ? 0 : itemCount(state);
  };
  const interruptedAt =
    (wanted: MoveStep["step"]) =>
    (step: MoveStep): void => {
      if (step.step === wanted) throw new Error(`interrupted at ${wanted}`);
    };

  it("loses no acknowledged command under load and executes none twice, whatever step it is interrupted at", async () => {
    const tenantId = "shop-1";
    const [processes, moved] = [[carts(source), carts(source)], carts(target)];
    let isDone = false;
    let failures = 0;
    /** Adds items to one cart of each tenant, and repeats each command with its key until it is acknowledged. */
    const shopper = async (place: number): Promise<{ cart: string; other: string; acknowledged: number }> => {
      const [cart, other] = [uuidv7(), uuidv7()];
      let handler = processes[place % 2] ?? moved;
      let acknowledged = 0;
      for (let last = false; !last; acknowledged += 1) {
        last = isDone;
        for (;;) {
          const code = await codeOf(add(handler, tenantId, cart, `key-${acknowledged}`));
          if (code === "accepted") break;
          if (code === "TENANT_MOVED") handler = moved;
          else expect(code).to.equal("TENANT_MOVING");
          failures += 1;
          expect(await codeOf(add(processes[place % 2] ?? moved, "shop-2", other, `key-${acknowledged}-${failures}`))).to.equal("accepted");
        }
      }
      return { cart, other, acknowledged };
    };
    const shoppers = Array.from({ length: 12 }, (_, place) => shopper(place));
    await waitFor("events in the source", async () => (await eventStoreTables(source).events.count()) > 100);
    for (const step of ["frozen", "copied", "verified", "left"] as const) {
      expect(await messageOf(move(tenantId, interruptedAt(step)))).to.equal(`interrupted at ${step}`);
      const before = failures;
      await waitFor("refused commands", () => failures > before);
    }
    await move(tenantId);
    await move(tenantId);
    const copied = await eventStoreTables(target).events.count();
    await waitFor("events in the target", async () => (await eventStoreTables(target).events.count()) > copied + 100);
    isDone = true;

    for (const { cart, other, acknowledged } of await Promise.all(shoppers)) {
      expect(await countIn(target, cart)).to.equal(acknowledged);
      expect(await countIn(target, other)).to.equal(0);
      const [events, outbox] = [
        await eventStoreTables(target).events.rows({ aggregate_id: cart }),
        await eventStoreTables(target).outbox.rows({ aggregate_id: cart }),
      ];
      expect(outbox.map((row) => row["event_id"])).to.deep.equal(events.map((row) => row["event_id"]));
      expect(events.map((row) => row["version"])).to.deep.equal(events.map((_, index) => index + 1));
    }
  }).timeout(60_000);

  const ways: Readonly<Record<string, (append: Append<CartEvent>, tenantId: string) => Promise<unknown>>> = {
    "without locks": (append, tenantId) => appendStreams(source, cartAggregate, { appends: [append], answers: [], tenantIds: [tenantId] }),
    "with locks": (append, tenantId) =>
      appendLocked(source, cartAggregate, new Map([[append.aggregateId, { version: 0 }]]), () =>
        Promise.resolve({ appends: [append], answers: [], tenantIds: [tenantId] }),
      ),
  };
  const isWaitingFor = async (table: string): Promise<boolean> => {
    const [rows] = await source.query<RowDataPacket[]>(
      "SELECT 1 FROM performance_schema.data_locks WHERE OBJECT_SCHEMA = DATABASE() AND OBJECT_NAME = ? AND LOCK_STATUS = 'WAITING'",
      [table],
    );
    return rows.length > 0;
  };
  for (const [way, append] of Object.entries(ways)) {
    it(`takes along what an append ${way} stores that is in flight when the tenant is frozen, and refuses one that comes later`, async () => {
      const [tenantId, cart, other] = [`shop-${way}`, uuidv7(), uuidv7()];
      const first = firstEvent(tenantId, cart);
      const steps: string[] = [];
      let [inFlight, late, moving]: Promise<unknown>[] = [];
      const blocker = await source.getConnection();
      try {
        await blocker.query("START TRANSACTION");
        await eventStoreTables(blocker).events.insert([eventRow({ aggregate_id: cart, version: 1 })]);
        inFlight = append({ aggregateType: "Cart", aggregateId: cart, events: [first] }, tenantId);
        await waitFor("the append to wait for another writer of the cart", () => isWaitingFor("events"));
        moving = move(tenantId, ({ step }) => void steps.push(step));
        await waitFor("the freeze to wait, or to be over", async () => steps.length > 0 || (await isWaitingFor("tenant_moves")));
        late = append({ aggregateType: "Cart", aggregateId: other, events: [firstEvent(tenantId, other)] }, tenantId).catch(
          (error: unknown) => error,
        );
        expect(steps, "the freeze waits for the append").to.deep.equal([]);
        await blocker.query("ROLLBACK");
        await Promise.all([inFlight, moving]);
      } finally {
        blocker.destroy();
        await Promise.allSettled([inFlight, late, moving]);
      }
      expect(await late).to.be.instanceOf(TenantsMovingError);
      expect(steps).to.deep.equal(["frozen", "copied", "verified", "left", "moved"]);
      for (const pool of [source, target]) {
        expect(await eventStoreTables(pool).events.count({ aggregate_id: cart, event_id: first.eventId })).to.equal(1);
        expect(await eventStoreTables(pool).events.count({ aggregate_id: other })).to.equal(0);
      }
    });
  }

  it("refuses commands that store nothing too, and repeats the answer to a command that was executed before", async () => {
    const [tenantId, cart] = ["shop-idle", uuidv7()];
    const handler = carts(source);
    await add(handler, tenantId, cart, "key-1");
    const remove = (on: Carts) => codeOf(on.handle({ aggregateId: cart, command: { type: "RemoveItem", lineId: "absent" }, metadata }));
    expect(await messageOf(move(tenantId, interruptedAt("frozen")))).to.contain("interrupted");
    expect(await remove(handler)).to.equal("TENANT_MOVING");
    await move(tenantId);
    expect(await remove(carts(source))).to.equal("TENANT_MOVED");
    expect(await add(carts(target), tenantId, cart, "key-1")).to.include({ replayed: true, version: 2 });
    expect(await countIn(target, cart)).to.equal(1);
  });

  it("takes along what tells rows and tenants apart: policies, snapshots, and ids that a collation takes for the same", async () => {
    const tenantId = "Shop";
    const [own, ...others] = ["Shop", "shop", "Shop "].map((name) => ({ name, cart: uuidv7() }));
    for (const { name, cart } of [own, ...others].flatMap((one) => one ?? []))
      await eventStoreTables(source).events.insert([eventRow({ aggregate_id: cart, version: 1, ...created(name) })]);
    const policy = tenantPolicyId(tenantId);
    await eventStoreTables(source).events.insert([
      eventRow({ aggregate_id: policy, aggregate_type: "TenantPolicy", version: 1, event_data: { tenant_id: tenantId } }),
    ]);
    await eventStoreTables(source).snapshots.insert([
      { aggregate_id: own?.cart, aggregate_type: "Cart", version: 1, schema_version: 1, state: { total: 1.1, name: "ü" } },
    ]);
    await move(tenantId);
    for (const { cart } of others) expect(await eventStoreTables(target).events.count({ aggregate_id: cart })).to.equal(0);
    expect(await eventStoreTables(target).events.count({ aggregate_id: policy })).to.equal(1);
    const snapshots = { aggregate_id: own?.cart };
    expect(await eventStoreTables(target).snapshots.rows(snapshots)).to.deep.equal(
      await eventStoreTables(source).snapshots.rows(snapshots),
    );
  });

  it("takes along where archived carts are, and does not begin while one is on its way to the archive", async () => {
    const [tenantId, cart, archived, eventId] = ["shop-archived", uuidv7(), uuidv7(), uuidv7()];
    const handler = carts(source);
    await add(handler, tenantId, cart, "key-1");
    const row = {
      aggregate_id: archived,
      aggregate_type: "Cart",
      state: "REMOVING",
      tenant_id: tenantId,
      version: 3,
      object_key: "cart/t-shop-archived/1/3.ndjson.gz",
      sha256: Buffer.alloc(32, 7),
      event_id: eventId,
      schema_version: 1,
      event_data: { tenant_id: tenantId },
      archived_at: new Date(),
    };
    await eventStoreTables(source).archived.insert([row]);
    expect(await messageOf(move(tenantId))).to.contain("on its way to the archive");
    await eventStoreTables(source).archived.change({ state: "ARCHIVED" }, { aggregate_id: archived });
    await move(tenantId);
    const ofTarget = eventStoreTables(target);
    expect(await ofTarget.archived.rows({ aggregate_id: archived })).to.deep.equal(
      await eventStoreTables(source).archived.rows({ aggregate_id: archived }),
    );
    const [message] = await ofTarget.outbox.rows({ aggregate_id: archived });
    expect(message).to.include({ event_id: eventId, event_type: "CartArchived", version: 4 });
    expect(await messageOf(add(carts(target), tenantId, archived, "key-1"))).to.contain("was archived");
  });

  const differences: Readonly<Record<string, (cart: string) => Promise<unknown>>> = {
    "an event that differs": (cart) => eventStoreTables(target).events.change({ metadata: {} }, { aggregate_id: cart }),
    "an event that is missing": (cart) => eventStoreTables(target).events.remove({ aggregate_id: cart, version: 2 }),
    "an event too many": (cart) => eventStoreTables(target).events.insert([eventRow({ aggregate_id: cart, version: 3 })]),
    "an answer that is missing": (cart) => eventStoreTables(target).keys.remove({ aggregate_id: cart }),
    "a stream too many": () =>
      eventStoreTables(target).events.insert([eventRow({ aggregate_id: uuidv7(), version: 1, ...created("shop-different") })]),
  };
  it("does not switch while the target differs from the source in any row", async () => {
    for (const [place, [name, spoil]] of Object.entries(differences).entries()) {
      const [tenantId, cart] = [place === 4 ? "shop-different" : `shop-different-${place}`, uuidv7()];
      await add(carts(source), tenantId, cart, "key-1");
      expect(await messageOf(move(tenantId, interruptedAt("verified")))).to.contain("interrupted");
      await spoil(cart);
      expect(await messageOf(move(tenantId)), name).to.match(/differs at|the target has \d+/);
      expect(await codeOf(add(carts(source), tenantId, cart, "key-2")), name).to.equal("TENANT_MOVING");
      expect(await codeOf(add(carts(target), tenantId, cart, "key-2")), name).to.equal("TENANT_MOVING");
    }
  });

  it("goes on in the source after the move was cancelled, and moves later with what came since", async () => {
    const [tenantId, cart] = ["shop-cancelled", uuidv7()];
    await add(carts(source), tenantId, cart, "key-1");
    expect(await messageOf(move(tenantId, interruptedAt("verified")))).to.contain("interrupted");
    await cancelMove(source, tenantId);
    await add(carts(source), tenantId, cart, "key-2");
    await move(tenantId);
    expect(await countIn(target, cart)).to.equal(2);
    expect(await messageOf(cancelMove(source, tenantId))).to.contain("nothing to cancel");
  });

  it("is made by one process at a time: two at once and a cancellation take turns", async () => {
    const [tenantId, cart] = ["shop-twice", uuidv7()];
    await add(carts(source), tenantId, cart, "key-1");
    const outcomes = await Promise.all([move(tenantId), move(tenantId), cancelMove(source, tenantId)].map(messageOf));
    expect(outcomes.slice(0, 2)).to.deep.equal(["resolved", "resolved"]);
    expect(outcomes[2]).to.contain("nothing to cancel");
    for (const table of ["events", "outbox"] as const)
      expect(await eventStoreTables(target)[table].count({ aggregate_id: cart })).to.equal(2);
  });

  it("does not go on once its lock was lost, as another process may then have cancelled it", async () => {
    const [tenantId, cart] = ["shop-lock", uuidv7()];
    await add(carts(source), tenantId, cart, "key-1");
    const loseLock = async ({ step }: MoveStep): Promise<void> => {
      if (step !== "frozen") return;
      const [[lock]] = await source.query<RowDataPacket[]>(
        `SELECT PROCESSLIST_ID AS id FROM performance_schema.metadata_locks JOIN performance_schema.threads ON THREAD_ID = OWNER_THREAD_ID
         WHERE OBJECT_TYPE = 'USER LEVEL LOCK' AND OBJECT_NAME LIKE 'move-tenant:%' AND PROCESSLIST_DB = DATABASE()`,
      );
      await source.query("KILL CONNECTION ?", [lock?.["id"]]);
    };
    const interrupted = await messageOf(moveTenant({ source, target, tenantId, report: loseLock }));
    expect(interrupted).not.to.equal("resolved");
    expect((await eventStoreTables(source).moves.rows({ tenant_id: tenantId })).map((row) => row["state"])).to.deep.equal(["FROZEN"]);
    await move(tenantId);
    expect(await countIn(target, cart)).to.equal(1);
  });

  it("is refused before the freeze if an event is sealed, as its key would stay behind", async () => {
    const [tenantId, cart] = ["shop-sealed", uuidv7()];
    await add(carts(source), tenantId, cart, "key-1");
    await eventStoreTables(source).events.change({ metadata: { sealed: [] } }, { aggregate_id: cart, version: 2 });
    expect(await messageOf(move(tenantId))).to.contain("encrypted personal fields");
    expect(await eventStoreTables(source).moves.count({ tenant_id: tenantId })).to.equal(0);
    expect(await eventStoreTables(target).moves.count({ tenant_id: tenantId })).to.equal(0);
  });

  it("is refused where it would mix two histories", async () => {
    const cart = uuidv7();
    await add(carts(target), "shop-there", cart, "key-1");
    expect(await messageOf(move("shop-there"))).to.contain("has events of the tenant already");
    expect(await codeOf(add(carts(target), "shop-there", cart, "key-2"))).to.equal("accepted");
    expect(await messageOf(moveTenant({ source, target: source, tenantId: "shop-1", report: () => undefined }))).to.contain(
      "same event store",
    );
    await move("shop-back");
    const back = moveTenant({ source: target, target: source, tenantId: "shop-back", report: () => undefined });
    expect(await messageOf(back)).to.contain("does not return");
  });
});

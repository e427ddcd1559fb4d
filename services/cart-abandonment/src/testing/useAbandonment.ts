import {
  type Cart,
  type CartCommand,
  type CartEvent,
  cartAggregate,
  type PolicyChoices,
  type RecordedEvent,
  type TenantPolicyCommand,
  tenantPolicyAggregate,
  tenantPolicyId,
} from "@cart/domain";
import { type CommandHandler, createCommandHandler, loadStreams, openEventStorePool } from "@cart/event-store";
import { eventStoreTables } from "@cart/event-store/testing";
import { type ConsumedMessage, encodeEventMessage, topicOf } from "@cart/messaging";
import { migrateAbandonment, migrateEventStore } from "@cart/migrations";
import { createLogger } from "@cart/process-kit";
import { useMysqlDatabase } from "@cart/testkit";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import type { TimerOutcome } from "../abandonmentMetrics.ts";
import { type AppliedBatch, createApplyBatch } from "../consume/applyBatch.ts";
import { openTimerPool } from "../database/openTimerPool.ts";
import { moveTimers } from "../work/moveTimers.ts";
import { createWorkOff, type WorkOffOptions } from "../work/workOffTimers.ts";

export const cartId = (n: number): string => `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`;

export const addItem = (changes: Partial<Extract<CartCommand, { type: "AddItem" }>> = {}): CartCommand => ({
  type: "AddItem",
  userId: "user-1",
  defaults: { tenantId: "shop-1", currency: "USD" },
  itemId: "item-1",
  quantity: 1,
  price: 10,
  ...changes,
});

export const policy = (changes: Partial<PolicyChoices> = {}): PolicyChoices => ({ title: "Standard", abandonedMinutes: 60, ...changes });

type Handler = CommandHandler<Cart, CartCommand, CartEvent>;

/** A timer worker with its own command handler, like that of each process. */
export type TestWorker = {
  /** Works off one batch. */
  readonly workOff: () => Promise<number>;
  readonly outcomes: readonly TimerOutcome[];
};

/** Sets up the parts of the service on real databases, with a clock that stands still until it is set. Call it in a `describe`. */
export const useAbandonment = (aggregate: typeof cartAggregate = cartAggregate) => {
  const { pool, eventStore, urls } = useDatabases();
  const clock = useClock();
  const { now } = clock;
  const newHandler = (): Handler =>
    createCommandHandler({ pool: eventStore(), aggregate, now, newEventId: () => uuidv7(), cachedStreams: 1_000 });
  let handler: Handler;
  beforeEach("create the command handler", () => void (handler = newHandler()));

  const decide = async (id: string, ...commands: readonly CartCommand[]): Promise<ConsumedMessage[]> => {
    const messages: ConsumedMessage[] = [];
    for (const command of commands) {
      const { events } = await handler.handle({ aggregateId: id, command, metadata });
      messages.push(...events.map(messageOf));
    }
    return messages;
  };
  const deliver = (messages: readonly ConsumedMessage[], from = eventStore()): Promise<AppliedBatch> =>
    createApplyBatch({ pool: pool(), eventStore: from, carts: aggregate, policyTopic: "ec.tenant-policy-events", now })(messages);

  return {
    pool,
    eventStore,
    urls,
    ...clock,
    messageOf,
    newHandler,
    /** Executes commands and returns the messages that Kafka delivers for their events. */
    decide,
    deliver,
    /** Executes commands and delivers the messages for their events. */
    act: async (id: string, ...commands: readonly CartCommand[]): Promise<void> => void (await deliver(await decide(id, ...commands))),
    /** Creates or updates the tenant's policy and returns the messages that Kafka delivers for its events. */
    choose: (choices: PolicyChoices, tenantId = "shop-1"): Promise<ConsumedMessage[]> => choosePolicy(eventStore(), now, tenantId, choices),
    /** Removes the tenant's policy and returns the messages that Kafka delivers for the event. */
    removePolicy: (tenantId = "shop-1"): Promise<ConsumedMessage[]> =>
      commandPolicy(eventStore(), now, tenantId, { type: "RemoveTenantCartAbandonedPolicy" }),
    /** Inserts timers of open carts at version 2, like those that activity at this moment sets. */
    insertTimers: async (all: readonly InsertedTimer[], connection: Pool | PoolConnection = pool()): Promise<void> => {
      const rows = all.map((timer) => [timer.cartId, timer.tenantId, "user-1", 2, 0, now(), timer.policyVersion ?? 1, timer.dueAt, null]);
      const columns = "cart_id, tenant_id, user_id, version, step, since, policy_version, due_at, claimed_until";
      await connection.query(`INSERT INTO timers (${columns}) VALUES ?`, [rows]);
    },
    newWorker: (options: Partial<WorkOffOptions> = {}): TestWorker => {
      const outcomes: TimerOutcome[] = [];
      const onOutcome = (outcome: TimerOutcome) => void outcomes.push(outcome);
      const parts = { pool: pool(), eventStore: eventStore(), carts: aggregate, handler: newHandler(), logger };
      return { workOff: createWorkOff({ ...parts, now, limit: 100, leaseMs: 30_000, onOutcome, ...options }), outcomes };
    },
    moveTimers: async (limit = 1_000): Promise<void> => {
      while ((await moveTimers(pool(), limit)) > 0);
    },
    /** Returns the types of the cart's events, in order. */
    eventsOf: async (id: string): Promise<unknown[]> =>
      (await eventStoreTables(eventStore()).events.rows({ aggregate_id: id })).map(({ event_type: type }) => type),
    timers: () => readTimers(pool()),
    query: (sql: string) => query(pool(), sql),
    tables: () => eventStoreTables(eventStore()),
    /** Returns all events of carts, in the order of their insertion. */
    cartEvents: () => eventStoreTables(eventStore()).events.rows({ aggregate_type: "Cart" }),
  };
};

const logger = createLogger({ service: "cart-abandonment", level: "silent" });
const metadata = { correlation_id: "request-1", causation_id: "command-1" };

/** Creates both databases and empties them before each test. */
const useDatabases = () => {
  const timers = useMysqlDatabase({ migrate: migrateAbandonment });
  const events = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  let eventStore: Pool;

  before("open the databases", () => {
    pool = openTimerPool({ url: timers.url(), connectionLimit: 8 });
    eventStore = openEventStorePool({ url: events.url(), connectionLimit: 8 });
  });
  after("close the databases", async () => {
    await pool.end();
    await eventStore.end();
  });
  beforeEach("empty the databases", async () => {
    for (const table of ["timers", "policies", "purchases", "reminder_slots"]) await pool.query(`DELETE FROM ${table}`);
    await eventStoreTables(eventStore).clear();
  });
  return { pool: () => pool, eventStore: () => eventStore, urls: () => ({ timers: timers.url(), events: events.url() }) };
};

/** Creates a clock that shows noon on 10 June 2026 at the beginning of each test. */
const useClock = () => {
  let time = new Date(0);
  beforeEach("set the clock", () => void (time = new Date("2026-06-10T12:00:00.000Z")));
  return {
    now: (): Date => time,
    /** Sets the clock, for example to `"2026-06-10T12:00:00Z"`. */
    setClock: (iso: string) => void (time = new Date(iso)),
    passMinutes: (minutes: number) => void (time = new Date(time.getTime() + minutes * 60_000)),
  };
};

const choosePolicy = async (eventStore: Pool, now: () => Date, tenantId: string, choices: PolicyChoices): Promise<ConsumedMessage[]> => {
  const stream = (await loadStreams(eventStore, tenantPolicyAggregate, [tenantPolicyId(tenantId)])).get(tenantPolicyId(tenantId));
  return commandPolicy(
    eventStore,
    now,
    tenantId,
    stream?.state.status === "ACTIVE"
      ? { type: "UpdateTenantCartAbandonedPolicy", choices }
      : { type: "CreateTenantCartAbandonedPolicy", tenantId, choices },
  );
};

const commandPolicy = async (
  eventStore: Pool,
  now: () => Date,
  tenantId: string,
  command: TenantPolicyCommand,
): Promise<ConsumedMessage[]> => {
  const handler = createCommandHandler({ pool: eventStore, aggregate: tenantPolicyAggregate, now, newEventId: () => uuidv7() });
  const { events } = await handler.handle({ aggregateId: tenantPolicyId(tenantId), command, metadata });
  return events.map(messageOf);
};

type InsertedTimer = {
  readonly cartId: Buffer;
  readonly tenantId: string;
  readonly dueAt: Date | null;
  /** 1 if it is omitted. */
  readonly policyVersion?: number;
};

const query = async (database: Pool, sql: string): Promise<Record<string, unknown>[]> => {
  const [rows] = await database.query<RowDataPacket[]>(sql);
  return rows.map((row) => ({ ...row }));
};

/** Returns all timers as "step due_at", by the number of their cart. */
const readTimers = async (pool: Pool): Promise<Record<string, string>> => {
  const rows = await query(pool, "SELECT BIN_TO_UUID(cart_id) AS id, step, due_at FROM timers ORDER BY cart_id");
  return Object.fromEntries(
    rows.map(({ id, step, due_at: due }) => [
      Number(String(id).slice(-12)),
      `${String(step)} ${due instanceof Date ? due.toISOString().slice(0, 19) : "never"}`,
    ]),
  );
};

/** Returns the message that the relay publishes for an event and Kafka delivers. */
const messageOf = (recorded: RecordedEvent): ConsumedMessage => {
  const { aggregateType, version } = recorded;
  const { key, value, headers } = encodeEventMessage({
    ...recorded,
    eventType: recorded.event.type,
    data: JSON.stringify(recorded.event.data),
  });
  return {
    topic: topicOf(aggregateType) ?? "none",
    partition: 0,
    offset: String(version),
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
};

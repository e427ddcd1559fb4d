import {
  type CartCommand,
  type CartEvent,
  cartAggregate,
  type PolicyChoices,
  type RecordedEvent,
  tenantPolicyAggregate,
  tenantPolicyId,
} from "@cart/domain";
import { type CommandHandler, createCommandHandler, openEventStorePool } from "@cart/event-store";
import { eventStoreTables } from "@cart/event-store/testing";
import { type ConsumedMessage, encodeEventMessage, topicOf } from "@cart/messaging";
import { migrateAbandonment, migrateEventStore } from "@cart/migrations";
import { createLogger } from "@cart/process-kit";
import { useMysqlDatabase } from "@cart/testkit";
import type { Pool, RowDataPacket } from "mysql2/promise";
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

type Handler = CommandHandler<Parameters<typeof cartAggregate.decider.decide>[1], CartCommand, CartEvent>;

/** A worker as one process has it, with a command handler of its own. */
export type TestWorker = {
  /** One batch. */
  readonly workOff: () => Promise<number>;
  readonly outcomes: readonly TimerOutcome[];
};

/** Call it in a `describe`: the service's parts on real databases, with a clock that stands still until it is set. */
export const useAbandonment = (aggregate: typeof cartAggregate = cartAggregate) => {
  const timers = useMysqlDatabase({ migrate: migrateAbandonment });
  const events = useMysqlDatabase({ migrate: migrateEventStore });
  const logger = createLogger({ service: "cart-abandonment", level: "silent" });
  let time = new Date(0);
  let pool: Pool;
  let eventStore: Pool;
  let handler: Handler;
  const now = (): Date => time;

  before("open the databases", () => {
    pool = openTimerPool({ url: timers.url(), connectionLimit: 8 });
    eventStore = openEventStorePool({ url: events.url(), connectionLimit: 8 });
    handler = newHandler();
  });
  after("close the databases", async () => {
    await pool.end();
    await eventStore.end();
  });
  beforeEach("start anew", async () => {
    time = new Date("2026-06-10T12:00:00.000Z");
    handler = newHandler();
    for (const table of ["timers", "policies"]) await pool.query(`DELETE FROM ${table}`);
    await eventStoreTables(eventStore).clear();
  });

  const newHandler = (): Handler =>
    createCommandHandler({ pool: eventStore, aggregate, now, newEventId: () => uuidv7(), cachedStreams: 1_000 });
  const metadata = { correlation_id: "request-1", causation_id: "command-1" };

  const decide = async (id: string, ...commands: readonly CartCommand[]): Promise<readonly RecordedEvent<CartEvent>[]> => {
    const results: RecordedEvent<CartEvent>[] = [];
    for (const command of commands) results.push(...(await handler.handle({ aggregateId: id, command, metadata })).events);
    return results;
  };

  const deliver = (messages: readonly ConsumedMessage[]): Promise<AppliedBatch> =>
    createApplyBatch({ pool, eventStore, carts: aggregate, policyTopic: "ec.tenant-policy-events", now })(messages);

  const query = async (database: Pool, sql: string): Promise<Record<string, unknown>[]> => {
    const [rows] = await database.query<RowDataPacket[]>(sql);
    return rows.map((row) => ({ ...row }));
  };

  return {
    pool: () => pool,
    eventStore: () => eventStore,
    urls: () => ({ timers: timers.url(), events: events.url() }),
    now,
    messageOf,
    /** `"2026-06-10T12:00:00Z"` */
    setClock: (iso: string) => void (time = new Date(iso)),
    passMinutes: (minutes: number) => void (time = new Date(time.getTime() + minutes * 60_000)),
    newHandler,
    /** Carries commands out, and returns what Kafka brings of them. */
    decide: async (id: string, ...commands: readonly CartCommand[]): Promise<ConsumedMessage[]> =>
      (await decide(id, ...commands)).map(messageOf),
    /** Carries commands out, and delivers what Kafka brings of them. */
    act: async (id: string, ...commands: readonly CartCommand[]): Promise<void> =>
      void (await deliver((await decide(id, ...commands)).map(messageOf))),
    deliver,
    /** Creates or updates the policy of the tenant, and returns what Kafka brings of it. */
    choose: async (choices: PolicyChoices, tenantId = "shop-1"): Promise<ConsumedMessage[]> => {
      const policies = createCommandHandler({ pool: eventStore, aggregate: tenantPolicyAggregate, now, newEventId: () => uuidv7() });
      const aggregateId = tenantPolicyId(tenantId);
      const existing = await eventStoreTables(eventStore).events.count({ aggregate_id: aggregateId });
      const { events: recorded } = await policies.handle({
        aggregateId,
        command:
          existing === 0
            ? { type: "CreateTenantCartAbandonedPolicy", tenantId, choices }
            : { type: "UpdateTenantCartAbandonedPolicy", choices },
        metadata,
      });
      return recorded.map(messageOf);
    },
    newWorker: (options: Partial<WorkOffOptions> = {}): TestWorker => {
      const outcomes: TimerOutcome[] = [];
      const workOff = createWorkOff({
        pool,
        eventStore,
        carts: aggregate,
        handler: newHandler(),
        now,
        limit: 100,
        leaseMs: 30_000,
        logger,
        onOutcome: (outcome) => outcomes.push(outcome),
        ...options,
      });
      return { workOff, outcomes };
    },
    moveTimers: async (limit = 1_000): Promise<void> => {
      while ((await moveTimers(pool, limit)) > 0);
    },
    /** The types of the cart's events, in order. */
    eventsOf: async (id: string): Promise<unknown[]> =>
      (await eventStoreTables(eventStore).events.rows({ aggregate_id: id })).map(({ event_type: type }) => type),
    /** All timers, as "step due_at". */
    timers: async (): Promise<Record<string, string>> =>
      Object.fromEntries(
        (await query(pool, "SELECT BIN_TO_UUID(cart_id) AS id, step, due_at FROM timers ORDER BY cart_id")).map(
          ({ id, step, due_at: due }) => [
            Number(String(id).slice(-12)),
            `${String(step)} ${due instanceof Date ? due.toISOString().slice(0, 19) : "never"}`,
          ],
        ),
      ),
    query: (sql: string) => query(pool, sql),
    tables: () => eventStoreTables(eventStore),
    /** All events of carts, in the order of their insertion. */
    cartEvents: () => eventStoreTables(eventStore).events.rows({ aggregate_type: "Cart" }),
  };
};

/** As the relay publishes it and Kafka brings it. */
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

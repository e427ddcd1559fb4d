import { tokenRules } from "@cart/cart-access";
import { cartAggregate, type CartEvent, cartDecider, cartEventCodec, itemCount, itemsAmount } from "@cart/domain";
import { eventRow, eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore, migrateReadModel } from "@cart/migrations";
import { createSchemaCheck, uuidToBytes } from "@cart/mysql";
import { apiConfig, apiGuard } from "@cart/http-kit";
import { createLogger, type HttpServer, listen, loadConfig, noTracer } from "@cart/process-kit";
import { type AnswerCheck, checkAnswers, useMysqlDatabase } from "@cart/testkit";
import type { Express } from "express";
import { Registry } from "prom-client";
import { Type } from "typebox";
import { api as definition } from "../api.ts";
import { createApp } from "../createApp.ts";
import { openReadOnlyDatabase, type ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import type { StreamLimits } from "../stream/streamRoutes.ts";
import { requiredSchema } from "../requiredSchema.ts";
import { type DatabaseProxy, databaseProxy } from "./databaseProxy.ts";

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown };

export type QueryApi = {
  readonly app: () => Express;
  readonly url: (path: string) => string;
  readonly get: (path: string, init?: RequestInit) => Promise<Answer>;
  readonly registry: () => Registry;
  /** What is between the service and its databases. */
  readonly proxies: () => { readonly readModel: DatabaseProxy; readonly eventStore: DatabaseProxy };
  readonly readModel: ReturnType<typeof useMysqlDatabase>;
  readonly eventStore: ReturnType<typeof useMysqlDatabase>;
  readonly databases: () => { readonly readModel: ReadOnlyDatabase; readonly eventStore: ReadOnlyDatabase };
  /** Stops as `runService` does: the signal first, then the server. */
  readonly stop: () => Promise<void>;
};

const streamLimits: StreamLimits = { maxStreams: 10, maxStreamsPerUser: 3, pollIntervalMs: 5, heartbeatMs: 10_000, writeTimeoutMs: 10_000 };

/**
 * Call it in a `describe`: the service on databases of its own, which start empty. The suite fails when an answer was
 * not as the OpenAPI document says.
 */
export const useQueryApi = (
  streams: Partial<StreamLimits> = {},
  /** Variables of `apiConfig`. */
  env: () => Readonly<Record<string, string>> = () => ({}),
): QueryApi => {
  const readModel = useMysqlDatabase({ migrate: migrateReadModel });
  const eventStore = useMysqlDatabase({ migrate: migrateEventStore });
  let running: Running | undefined;

  before("start the query API", async () => {
    const proxies = { readModel: await databaseProxy(readModel.url()), eventStore: await databaseProxy(eventStore.url()) };
    const databases = {
      readModel: openReadOnlyDatabase({ url: proxies.readModel.url, connectionLimit: 4, timeoutMs: 1_500 }),
      eventStore: openReadOnlyDatabase({ url: proxies.eventStore.url, connectionLimit: 4, timeoutMs: 1_500 }),
    };
    const stopping = new AbortController();
    const registry = new Registry();
    const app = createApp({
      readModel: databases.readModel,
      eventStore: { read: databases.eventStore.read, carts: cartAggregate },
      minVersionTimeoutMs: 600,
      streams: { ...streamLimits, ...streams },
      guard: apiGuard(loadConfig(Type.Object(apiConfig), env()), tokenRules),
      logger: createLogger({ service: "query-api", level: "silent" }),
      registry,
      tracer: noTracer,
      stopping: stopping.signal,
      operationsPerMinute: 100,
      readiness: { readmodel: createSchemaCheck(databases.readModel.query, requiredSchema) },
    });
    const answers = checkAnswers(app, definition.document);
    const server = await listen(answers.listener, { port: 0, host: "127.0.0.1" });
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      stopping.abort();
      return (stopped ??= server.close());
    };
    running = { app, answers, proxies, databases, registry, server, stop };
  });

  after("stop the query API", async () => {
    if (running === undefined) return;
    await running.stop();
    for (const database of Object.values(running.databases)) await database.close();
    for (const proxy of Object.values(running.proxies)) await proxy.close();
    running.answers.assertAllDescribed();
  });

  const started = (): Running => {
    if (running === undefined) throw new Error("the query API is not there yet: use it in a hook or an `it`");
    return running;
  };
  const url = (path: string): string => `http://127.0.0.1:${started().server.port}${path}`;
  return {
    app: () => started().app,
    url,
    get: async (path, init = {}) => {
      const response = await fetch(url(path), init);
      const text = await response.text();
      const body: unknown = text === "" ? undefined : JSON.parse(text);
      return { status: response.status, headers: response.headers, body };
    },
    registry: () => started().registry,
    proxies: () => started().proxies,
    databases: () => started().databases,
    readModel,
    eventStore,
    stop: () => started().stop(),
  };
};

type Running = {
  readonly app: Express;
  readonly answers: AnswerCheck;
  readonly proxies: { readonly readModel: DatabaseProxy; readonly eventStore: DatabaseProxy };
  readonly databases: { readonly readModel: ReadOnlyDatabase; readonly eventStore: ReadOnlyDatabase };
  readonly registry: Registry;
  readonly server: HttpServer;
  readonly stop: () => Promise<void>;
};

/** The trace of every request that caused an event here. */
export const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

/** Event `version` of a cart occurs at second `version` of this hour. */
export const timeOf = (version: number): Date => new Date(Date.UTC(2025, 10, 20, 16, 0, version));

/** The cart's id with the version in its first digits. */
export const eventIdOf = (cartId: string, version: number): string => `${String(version).padStart(8, "0")}${cartId.slice(8)}`;

/** As the command API appends them, from version `from` on. */
export const storeEvents = async (api: QueryApi, cartId: string, events: readonly CartEvent[], from = 1): Promise<void> => {
  await eventStoreTables(api.eventStore.pool()).events.insert(
    events.map((event, n) =>
      eventRow({
        event_id: eventIdOf(cartId, from + n),
        aggregate_id: cartId,
        version: from + n,
        event_type: event.type,
        schema_version: cartEventCodec.currentVersion(event.type),
        event_data: event.data,
        metadata: { correlation_id: `request-${from + n}`, causation_id: "command-1", actor: "actor-1", traceparent },
        created_at: timeOf(from + n),
      }),
    ),
  );
};

/** As the projector does once it has seen all of these events of a cart, which it has not seen before. */
export const project = async (api: QueryApi, cartId: string, events: readonly CartEvent[]): Promise<void> => {
  const cart = events.reduce(cartDecider.evolve, cartDecider.initialState);
  if (cart.status === "NONE") throw new Error("no event creates the cart");
  const abandonedAt = events.findLastIndex(({ type }) => type === "CartAbandoned");
  const connection = await api.readModel.pool().getConnection();
  await connection.beginTransaction();
  await connection.query("REPLACE INTO carts SET ?", {
    id: uuidToBytes(cartId),
    tenant_id: cart.tenantId,
    user_id: cart.userId,
    status: cart.status,
    currency: cart.currency,
    total_amount: itemsAmount(cart),
    item_count: itemCount(cart),
    line_count: cart.lines.size,
    order_id: cart.status === "CLOSED" ? cart.orderId : null,
    merged_into: cart.status === "MERGED" ? uuidToBytes(cart.mergedInto) : null,
    abandoned_at: abandonedAt < 0 ? null : timeOf(abandonedAt + 1),
    attributes: Object.keys(cart.attributes).length === 0 ? null : JSON.stringify(cart.attributes),
    adjustments: cart.adjustments.length === 0 ? null : JSON.stringify(cart.adjustments),
    adjustments_stale: cart.areAdjustmentsStale ? 1 : 0,
    version: events.length,
    next_position: cart.nextPosition,
    created_at: timeOf(1),
    updated_at: timeOf(events.length),
  });
  await connection.query("DELETE FROM cart_items WHERE cart_id = ?", [uuidToBytes(cartId)]);
  const lines = [...cart.lines.values()];
  if (lines.length > 0) {
    await connection.query(
      "INSERT INTO cart_items (cart_id, line_id, item_id, name, attributes, quantity, unit_price, position) VALUES ?",
      [
        lines.map(({ lineId, itemId, name, attributes, quantity, unitPrice, position }) => [
          uuidToBytes(cartId),
          lineId,
          itemId,
          name,
          Object.keys(attributes).length === 0 ? null : JSON.stringify(attributes),
          quantity,
          unitPrice,
          position,
        ]),
      ],
    );
  }
  await connection.commit();
  connection.release();
};

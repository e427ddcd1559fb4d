import { tokenRules } from "@cart/cart-access";
import { type CartLimits, cartAggregateWithin, defaultCartLimits, type DomainEvent, tenantPolicyAggregate } from "@cart/domain";
import { type CommandHandler, createCommandHandler, loadStreams, newEventId, openEventStorePool, withKeys } from "@cart/event-store";
import { apiConfig, apiGuard } from "@cart/http-kit";
import { openKeys, sealingConfig } from "@cart/personal-data";
import { createLogger, createMetricsRegistry, listen, loadConfig, noTracer } from "@cart/process-kit";
import { checkAnswers } from "@cart/testkit";
import type { Express } from "express";
import type { Pool } from "mysql2/promise";
import { Type } from "typebox";
import { createCommandMetrics } from "../commandMetrics.ts";
import { createKeyBudget } from "../commands/keyBudget.ts";
import { checkConfig } from "../checks/checkConfig.ts";
import { createApp } from "../createApp.ts";
import { type ErasureRequests, erasureRequests } from "../erasures/erasureRequests.ts";
import { startCartErasures } from "../erasures/startCartErasures.ts";
import { itemSources } from "../itemSources.ts";
import { priceConfig } from "../prices/priceConfig.ts";
import { api as definition } from "../api.ts";

export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, which is an object in every answer of this API. */
  readonly json: Readonly<Record<string, unknown>>;
};

export type CommandApi = {
  readonly app: Express;
  readonly pool: Pool;
  readonly port: number;
  /** Sends a JSON body when there is one. */
  readonly send: (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Reply>;
  /** As the signal of `runService` is, when it is aborted. */
  readonly stopping: AbortController;
  /** Fails when an answer was not as the OpenAPI document says. */
  readonly stop: () => Promise<void>;
};

const delayedErasures = (requests: ErasureRequests, before: () => Promise<void>): ErasureRequests => ({
  request: (request) => before().then(() => requests.request(request)),
  find: (tenantId, erasureId) => before().then(() => requests.find(tenantId, erasureId)),
});

/** The service as one process has it, with its own queue and cache, on a free port. `env` has variables of its configuration. */
export const startCommandApi = async (
  databaseUrl: string,
  now: () => Date,
  env: Readonly<Record<string, string>> = {},
  /** Awaited before each command: what it rejects with, the command fails with. */
  beforeCommand: () => Promise<void> = () => Promise.resolve(),
  limits: CartLimits = defaultCartLimits,
): Promise<CommandApi> => {
  const stopping = new AbortController();
  const pool = openEventStorePool({ url: databaseUrl, connectionLimit: 4 });
  const registry = createMetricsRegistry("command-api");
  const personal = loadConfig(Type.Object(sealingConfig), env);
  const personalKeys = openKeys(personal, { erases: true });
  const aggregate = withKeys(cartAggregateWithin(limits), personalKeys.ring, personal.SEAL_PERSONAL_DATA);
  const handler = createCommandHandler({ pool, aggregate, now, newEventId });
  const policyHandler = createCommandHandler({ pool, aggregate: tenantPolicyAggregate, now, newEventId });
  const delayed = <State, Command, Event extends DomainEvent>(
    to: CommandHandler<State, Command, Event>,
  ): CommandHandler<State, Command, Event> => ({
    ...to,
    handle: (request) => beforeCommand().then(() => to.handle(request)),
    handleOnce: (request, once) => beforeCommand().then(() => to.handleOnce(request, once)),
  });
  const logger = createLogger({ service: "command-api", level: "silent" });
  let stopErasing = (): Promise<void> => Promise.resolve();
  startCartErasures({ keys: personalKeys, pool, registry, logger, onStop: (_name, stop) => void (stopErasing = stop) });
  const app = createApp({
    erasures: delayedErasures(erasureRequests({ ...personalKeys, seals: personal.SEAL_PERSONAL_DATA, withinMs: 3_600_000 }), beforeCommand),
    ...itemSources(loadConfig(Type.Object({ ...apiConfig, ...priceConfig, ...checkConfig }), env), { registry, logger }),
    loadCarts: (ids, maySee) => loadStreams(pool, aggregate, ids, { maySee }),
    handler: delayed(handler),
    policyHandler: delayed(policyHandler),
    metrics: createCommandMetrics(registry),
    keys: createKeyBudget({ keysPerUser: 1_000, periodMs: 60_000 }),
    defaults: { tenantId: "default", currency: "USD" },
    rules: limits,
    now,
    guard: apiGuard(loadConfig(Type.Object(apiConfig), env), tokenRules),
    logger,
    registry,
    tracer: noTracer,
    stopping: stopping.signal,
    operationsPerMinute: 100,
    readiness: {},
  });
  const answers = checkAnswers(app, definition.document);
  const server = await listen(answers.listener, { port: 0, host: "127.0.0.1" });
  return {
    app,
    stopping,
    pool,
    port: server.port,
    send: async (method, path, body, headers = {}) => {
      const json: RequestInit =
        body === undefined ? { headers } : { headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method, ...json });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: JSON.parse(text) as Record<string, unknown> };
    },
    stop: async () => {
      await server.close();
      await handler.stop();
      await policyHandler.stop();
      await stopErasing();
      await personalKeys.close();
      await pool.end();
      answers.assertAllDescribed();
    },
  };
};

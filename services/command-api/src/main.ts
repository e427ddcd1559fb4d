import { cartAggregateWithin, type Owner, tenantPolicyAggregate } from "@cart/domain";
import { type CommittedBatch, createCommandHandler, loadStreams, newEventId, openEventStorePool, withKeys } from "@cart/event-store";
import { tokenRules } from "@cart/cart-access";
import { apiGuard, operationsApp, serveApi } from "@cart/http-kit";
import { createSchemaCheck, queryOf, requirePinnedSessions } from "@cart/mysql";
import { createSecretIds, openKeys } from "@cart/personal-data";
import { runService } from "@cart/process-kit";
import { api } from "./api.ts";
import { createCommandMetrics } from "./commandMetrics.ts";
import { createKeyBudget } from "./commands/keyBudget.ts";
import { config as configSchema } from "./config.ts";
import { erasureRequests } from "./erasures/erasureRequests.ts";
import { startCartErasures } from "./erasures/startCartErasures.ts";
import { createApp } from "./createApp.ts";
import { itemSources } from "./itemSources.ts";
import { startAnswerPurge } from "./startAnswerPurge.ts";
import { requiredSchema } from "./requiredSchema.ts";

const now = (): Date => new Date();

await runService({
  name: "command-api",
  config: configSchema,
  start: async ({ config, logger, registry, tracer, stopping, onStop }) => {
    const guard = apiGuard(config, tokenRules);
    const sources = itemSources(config, { registry, logger });
    const pool = openEventStorePool({
      url: config.EVENTSTORE_URL,
      connectionLimit: config.MYSQL_CONNECTIONS,
      maxConnectionAgeMs: config.MYSQL_CONNECTION_MAX_AGE_MS,
    });
    onStop("event store connections", () => pool.end());
    await requirePinnedSessions(pool);
    const keys = openKeys(config, { erases: true });
    onStop("key store connections", () => keys.close());

    const metrics = createCommandMetrics(registry);
    const common = {
      pool,
      now,
      newEventId,
      onCommit: ({ commands, events }: CommittedBatch) => metrics.committed(events, commands),
      onConflict: () => metrics.conflict(),
    };
    const secretIds = keys.ring === undefined || !config.SEAL_PERSONAL_DATA ? undefined : createSecretIds(keys.ring, "ids of lines");
    const rules = {
      maxBytes: config.CART_MAX_BYTES,
      maxEvents: config.CART_MAX_EVENTS,
      ...(secretIds && { lineIds: (text: string, { tenantId, userId }: Owner) => secretIds.idOf([tenantId, userId, text]) }),
    };
    const aggregate = {
      ...withKeys(cartAggregateWithin(rules), keys.ring, config.SEAL_PERSONAL_DATA),
      ...(secretIds && { ready: secretIds.ready }),
    };
    const handler = createCommandHandler({
      ...common,
      aggregate,
      cachedStreams: config.CACHED_CARTS,
      cachedBytes: config.CACHED_CART_BYTES,
    });
    onStop("command handler", () => handler.stop());
    const policyHandler = createCommandHandler({ ...common, aggregate: tenantPolicyAggregate, cachedStreams: 1_000 });
    onStop("command handler of policies", () => policyHandler.stop());

    const purge = startAnswerPurge({ pool, retentionMs: config.IDEMPOTENCY_RETENTION_MS, logger });
    onStop("purge", () => purge.stop());

    startCartErasures({ keys, pool, registry, logger, onStop });

    const operations = {
      registry,
      stopping,
      instanceId: config.INSTANCE_ID,
      readiness: { eventstore: createSchemaCheck(queryOf(pool), requiredSchema), ...keys.readiness, ...guard.readiness },
      logger,
    };
    const app = createApp({
      ...operations,
      operationsApart: config.OPERATIONS_PORT !== undefined,
      handler,
      policyHandler,
      ...sources,
      loadCarts: async (ids, maySee) => {
        // The shop is asked about the lines as they will be, with their ids.
        await secretIds?.ready();
        return loadStreams(pool, aggregate, ids, { maySee });
      },
      erasures: erasureRequests({ ...keys, seals: config.SEAL_PERSONAL_DATA, withinMs: config.ERASURE_DUE_MS }),
      metrics,
      rules,
      keys: createKeyBudget({ keysPerUser: config.IDEMPOTENCY_KEYS_PER_USER, periodMs: config.IDEMPOTENCY_RETENTION_MS }),
      defaults: { tenantId: "default", currency: config.DEFAULT_CURRENCY },
      now,
      guard,
      tracer,
    });
    await serveApi(app, { config, policy: guard.policy, operations: operationsApp(api, operations), logger, onStop });
  },
});

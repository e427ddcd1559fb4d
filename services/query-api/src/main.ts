import { tokenRules } from "@cart/cart-access";
import { cartAggregate } from "@cart/domain";
import { withKeys } from "@cart/event-store";
import { apiGuard, operationsApp, serveApi } from "@cart/http-kit";
import { createSchemaCheck } from "@cart/mysql";
import { openKeys } from "@cart/personal-data";
import { runService } from "@cart/process-kit";
import { api } from "./api.ts";
import { config as configSchema } from "./config.ts";
import { createApp } from "./createApp.ts";
import { openReadOnlyDatabase } from "./database/readOnlyDatabase.ts";
import { requiredSchema } from "./requiredSchema.ts";

await runService({
  name: "query-api",
  config: configSchema,
  start: async ({ config, logger, registry, tracer, stopping, onStop }) => {
    const guard = apiGuard(config, tokenRules);
    const connections = {
      connectionLimit: config.MYSQL_CONNECTIONS,
      maxConnectionAgeMs: config.MYSQL_CONNECTION_MAX_AGE_MS,
      allowReplicas: config.READ_REPLICAS,
    };
    const readModel = openReadOnlyDatabase({ url: config.READMODEL_URL, ...connections });
    onStop("read model connections", () => readModel.close());
    const eventStore = openReadOnlyDatabase({ url: config.EVENTSTORE_URL, ...connections });
    onStop("event store connections", () => eventStore.close());
    const keys = openKeys(config);
    onStop("key store connections", () => keys.close());
    await Promise.all([readModel.requirePinnedSessions(), eventStore.requirePinnedSessions()]);

    const operations = {
      registry,
      stopping,
      instanceId: config.INSTANCE_ID,
      // Neither the event store nor the key store: most of the API works without them.
      readiness: { readmodel: createSchemaCheck(readModel.query, requiredSchema), ...guard.readiness },
      logger,
    };
    const app = createApp({
      ...operations,
      operationsApart: config.OPERATIONS_PORT !== undefined,
      readModel,
      eventStore: { read: eventStore.read, carts: withKeys(cartAggregate, keys.ring, false) },
      minVersionTimeoutMs: config.MIN_VERSION_TIMEOUT_MS,
      streams: {
        maxStreams: config.MAX_STREAMS,
        maxStreamsPerUser: config.MAX_STREAMS_PER_USER,
        pollIntervalMs: config.STREAM_POLL_MS,
        heartbeatMs: config.STREAM_HEARTBEAT_MS,
        writeTimeoutMs: 30_000,
      },
      guard,
      tracer,
    });
    await serveApi(app, { config, policy: guard.policy, operations: operationsApp(api, operations), logger, onStop });
  },
});

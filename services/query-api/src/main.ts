import { tokenRules } from "@cart/cart-access";
import { apiGuard, listenHost } from "@cart/http-kit";
import { createSchemaCheck } from "@cart/mysql";
import { httpLimits, runService, serve } from "@cart/process-kit";
import { config as configSchema } from "./config.ts";
import { createApp } from "./createApp.ts";
import { openReadOnlyDatabase } from "./database/readOnlyDatabase.ts";
import { requiredSchema } from "./requiredSchema.ts";

await runService({
  name: "query-api",
  config: configSchema,
  start: async ({ config, logger, registry, tracer, stopping, onStop }) => {
    const guard = apiGuard(config, tokenRules);
    const connectionLimit = config.MYSQL_CONNECTIONS;
    const readModel = openReadOnlyDatabase({ url: config.READMODEL_URL, connectionLimit });
    onStop("read model connections", () => readModel.close());
    const eventStore = openReadOnlyDatabase({ url: config.EVENTSTORE_URL, connectionLimit });
    onStop("event store connections", () => eventStore.close());

    const app = createApp({
      readModel,
      eventStore,
      minVersionTimeout: config.MIN_VERSION_TIMEOUT_MS,
      streams: {
        maxStreams: config.MAX_STREAMS,
        maxStreamsPerUser: config.MAX_STREAMS_PER_USER,
        pollInterval: config.STREAM_POLL_MS,
        heartbeat: config.STREAM_HEARTBEAT_MS,
        writeTimeout: 30_000,
      },
      guard,
      logger,
      registry,
      tracer,
      stopping,
      instanceId: config.INSTANCE_ID,
      // Not the event store: most of the API works without it.
      readiness: { readmodel: createSchemaCheck(readModel.query, requiredSchema) },
    });
    const host = listenHost(config.HOST, guard.policy, logger);
    await serve(app, { port: config.PORT, host, limits: httpLimits(config), logger, onStop });
  },
});

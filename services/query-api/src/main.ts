import { apiGuard, listenHost } from "@cart/http-kit";
import { listen, runService } from "@cart/process-kit";
import { config as configSchema } from "./config.ts";
import { createApp } from "./createApp.ts";
import { openReadOnlyDatabase } from "./database/readOnlyDatabase.ts";

await runService({
  name: "query-api",
  config: configSchema,
  start: async ({ config, logger, registry, stopping, onStop }) => {
    const guard = apiGuard(config);
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
        pollInterval: config.STREAM_POLL_MS,
        heartbeat: config.STREAM_HEARTBEAT_MS,
        writeTimeout: 30_000,
      },
      guard,
      logger,
      registry,
      stopping,
      instanceId: config.INSTANCE_ID,
      // Not the event store: most of the API works without it.
      readiness: { readmodel: async () => void (await readModel.query("SELECT 1 FROM carts LIMIT 1")) },
    });
    const server = await listen(app, { port: config.PORT, host: listenHost(config.HOST, guard.policy, logger) });
    onStop("http server", () => server.close());
    logger.info({ port: server.port }, "listening");
  },
});

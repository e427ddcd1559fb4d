import { fileURLToPath } from "node:url";
import { tokenRules } from "@cart/cart-access";
import { openEventStorePool } from "@cart/event-store";
import { apiGuard, operationsApp, serveApi } from "@cart/http-kit";
import { kafkaFromConfig } from "@cart/messaging";
import { openMysqlPool } from "@cart/mysql";
import { openKeys } from "@cart/personal-data";
import { runService } from "@cart/process-kit";
import { openReadModelPool, projectionsWith } from "@cart/read-model";
import type { Pool } from "mysql2/promise";
import type { Static } from "typebox";
import { api } from "./api.ts";
import { createAuditLog } from "./audit/auditLog.ts";
import { config as configSchema } from "./config.ts";
import { createApp } from "./createApp.ts";
import { createCounts } from "./overview/counts.ts";
import { startObserver } from "./overview/observer.ts";
import { createPrometheusCharts } from "./overview/prometheusCharts.ts";
import { parseTargets } from "./overview/scrape.ts";
import { createDeadLetterRepair } from "./repair/deadLetterRepair.ts";
import { createJobs } from "./repair/jobs.ts";
import { createOutboxRepair } from "./repair/outboxRepair.ts";
import { signInOf } from "./session/signIn.ts";

/** The built page, for the compiled service and for the service that runs from source alike. */
const pageFolder = fileURLToPath(new URL("../dist/browser/", import.meta.url));

/** Connections to each database: the counts, a job, and some people who look. */
const connectionLimit = 4;

type Config = Static<typeof configSchema>;

/** Opens the connections to each database, and closes them when the service stops. */
const openPools = (config: Config, onStop: (name: string, stop: () => Promise<void>) => void) => {
  const { MYSQL_CONNECTION_MAX_AGE_MS: maxConnectionAgeMs } = config;
  const open = (name: string, pool: Pool): Pool => {
    onStop(name, () => pool.end());
    return pool;
  };
  const eventStore = open(
    "event store connections",
    openEventStorePool({ url: config.EVENTSTORE_URL, connectionLimit, maxConnectionAgeMs }),
  );
  const readModel = open("read model connections", openReadModelPool({ url: config.READMODEL_URL, connectionLimit, maxConnectionAgeMs }));
  const own = open("connections of the audit log", openMysqlPool({ url: config.CONSOLE_URL, connectionLimit: 2, maxConnectionAgeMs }));
  const { REBUILD_EVENTSTORE_URL: rebuildFrom, REBUILD_READMODEL_URL: rebuildTo } = config;
  if (rebuildFrom === undefined || rebuildTo === undefined) return { eventStore, readModel, own, rebuild: undefined };
  const rebuild = {
    eventStore: open("event store connections for rebuilds", openMysqlPool({ url: rebuildFrom, connectionLimit: 2, maxConnectionAgeMs })),
    readModel: open("read model connections for rebuilds", openReadModelPool({ url: rebuildTo, connectionLimit: 4, maxConnectionAgeMs })),
  };
  return { eventStore, readModel, own, rebuild };
};

await runService({
  name: "console",
  config: configSchema,
  start: async ({ config, logger, registry, tracer, stopping, onStop }) => {
    const guard = apiGuard(config, tokenRules);
    const { eventStore, readModel, own, rebuild } = openPools(config, onStop);

    const keys = openKeys(config);
    onStop("key store connections", () => keys.close());
    const projections = projectionsWith(keys.ring);

    const audit = createAuditLog(own, logger);
    const jobs = createJobs({ eventStore, readModel, rebuild, projections, audit });
    onStop("jobs", () => jobs.stop());

    const { PROJECTOR_GROUP: projectorGroup, ABANDONMENT_GROUP: abandonmentGroup } = config;
    const counts = createCounts({
      eventStore,
      readModel,
      kafka: kafkaFromConfig(config, { clientId: "console", logger }),
      topicPrefix: config.KAFKA_TOPIC_PREFIX,
      groups: [projectorGroup, abandonmentGroup],
    });
    onStop("Kafka connections", () => counts.close());
    const observer = startObserver({ targets: parseTargets(config.METRICS_URLS), counts, projectorGroup, abandonmentGroup, logger });
    onStop("observer", () => observer.stop());

    const operations = {
      registry,
      stopping,
      instanceId: config.INSTANCE_ID,
      // Nothing: the console is needed most while MySQL or Kafka is away, and then shows that they are.
      readiness: {},
      logger,
    };
    const app = createApp({
      ...operations,
      operationsApart: config.OPERATIONS_PORT !== undefined,
      queryApiUrl: config.QUERY_API_URL,
      pageFolder,
      signIn: signInOf(config),
      services: {
        observer,
        deadLetters: createDeadLetterRepair(readModel, projections),
        outbox: createOutboxRepair(eventStore),
        jobs,
        audit,
        readModel,
        projections,
        canRebuild: rebuild !== undefined,
        traceUrl: config.TRACE_URL,
        charts: config.PROMETHEUS_URL === undefined ? undefined : createPrometheusCharts(config.PROMETHEUS_URL),
      },
      guard,
      tracer,
    });
    await serveApi(app, { config, policy: guard.policy, operations: operationsApp(api, operations), logger, onStop });
  },
});

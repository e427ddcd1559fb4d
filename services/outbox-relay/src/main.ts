import { randomUUID } from "node:crypto";
import { assertOutboxReadable } from "@cart/event-store";
import { createBrokerCheck, createEventProducer, kafkaFromConfig, topicsWithPrefix } from "@cart/messaging";
import { openMysqlPool } from "@cart/mysql";
import { delayFor, listen, operationalRoutes, runService } from "@cart/process-kit";
import express from "express";
import { config as configSchema } from "./config.ts";
import { startShardLeases } from "./leases/shardLeases.ts";
import { startPurge } from "./purge.ts";
import { startRelay } from "./relay.ts";
import { createRelayMetrics } from "./relayMetrics.ts";

await runService({
  name: "outbox-relay",
  config: configSchema,
  start: async ({ config, logger, registry, tracer, stopping, onStop }) => {
    const pool = openMysqlPool({ url: config.EVENTSTORE_URL, connectionLimit: 6, multipleStatements: true });
    onStop("event store connections", () => pool.end());

    const kafka = kafkaFromConfig(config, { clientId: "outbox-relay", logger });
    const producer = createEventProducer(kafka);
    onStop("kafka producer", () => producer.disconnect());

    const brokers = createBrokerCheck(kafka, logger);
    onStop("broker check", () => brokers.close());

    const owner = randomUUID();
    const leases = startShardLeases({ pool, owner, leaseMs: config.RELAY_LEASE_MS, assertReachable: brokers.assertReachable, logger });
    onStop("shard leases", () => leases.stop());

    const metrics = createRelayMetrics({ registry, pool, shardsHeld: () => leases.held().length });
    const relay = startRelay({
      pool,
      publisher: { producer, topics: topicsWithPrefix(config.KAFKA_TOPIC_PREFIX), tracer },
      leases,
      owner,
      batchRows: config.RELAY_BATCH_ROWS,
      keepPublished: config.OUTBOX_RETENTION_MS > 0,
      retry: { maxAttempts: config.RELAY_MAX_ATTEMPTS, delayAfter: (attempts) => delayFor(attempts, { base: 500, max: 60_000 }) },
      metrics,
      logger,
    });
    onStop("relay", () => relay.stop());

    const purge = startPurge({ pool, leases, retentionMs: config.OUTBOX_RETENTION_MS, logger });
    onStop("purge", () => purge.stop());

    const app = express();
    app.use(
      operationalRoutes({
        registry,
        stopping,
        instanceId: config.INSTANCE_ID,
        readiness: {
          eventstore: () => assertOutboxReadable(pool),
          kafka: brokers.assertReachable,
        },
      }),
    );
    const server = await listen(app, { port: config.PORT, host: config.HOST });
    onStop("http server", () => server.close());
    logger.info({ port: server.port, owner }, "listening");
  },
});

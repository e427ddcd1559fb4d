import { randomUUID } from "node:crypto";
import { purgePublished, readEventStoreIds } from "@cart/event-store";
import { assertOwnGroups, createBrokerCheck, createEventProducer, kafkaFromConfig, topicsWithPrefix } from "@cart/messaging";
import { createSchemaCheck, openMysqlPool, queryOf, requirePinnedSessions, withConnection } from "@cart/mysql";
import { delayFor, httpLimits, runService, serve, startPurge, workerApp, workerPort } from "@cart/process-kit";
import { config as configSchema } from "./config.ts";
import { startShardLeases } from "./leases/shardLeases.ts";
import { startRelay } from "./relay.ts";
import { createRelayMetrics } from "./relayMetrics.ts";
import { requiredSchema } from "./requiredSchema.ts";
import { createTopicProducers } from "./topicProducers.ts";

/** The consumer groups that follow this system's event store, with their default names. */
const consumerGroups = ["projector", "cart-abandonment"];

await runService({
  name: "outbox-relay",
  config: configSchema,
  start: async ({ config, logger, registry, tracer, stopping, onStop }) => {
    const pool = openMysqlPool({
      url: config.EVENTSTORE_URL,
      connectionLimit: 6,
      maxConnectionAgeMs: config.MYSQL_CONNECTION_MAX_AGE_MS,
      multipleStatements: true,
    });
    onStop("event store connections", () => pool.end());
    await requirePinnedSessions(pool);

    const kafka = kafkaFromConfig(config, { clientId: "outbox-relay", logger });
    const producers = createTopicProducers(() => createEventProducer(kafka));
    onStop("kafka producers", () => producers.disconnect());

    const brokers = createBrokerCheck(kafka, logger);
    onStop("broker check", () => brokers.close());

    const topics = topicsWithPrefix(config.KAFKA_TOPIC_PREFIX);
    // Once, before the relay publishes: a system that came first has consumed by then.
    const assertOwnTopics = async (): Promise<void> => {
      await brokers.assertReachable();
      const groupIds = consumerGroups.map((group) => `${config.KAFKA_TOPIC_PREFIX}${group}`);
      await assertOwnGroups(kafka, { groupIds, topics: Object.values(topics), own: await readEventStoreIds(pool) });
    };

    const owner = randomUUID();
    const leases = startShardLeases({ pool, owner, leaseMs: config.RELAY_LEASE_MS, assertReachable: assertOwnTopics, logger });
    onStop("shard leases", () => leases.stop());

    const metrics = createRelayMetrics({ registry, pool, shardsHeld: () => leases.held().length });
    const relay = startRelay({
      pool,
      publisher: { producerFor: producers.producerFor, topics, tracer },
      leases,
      owner,
      batchRows: config.RELAY_BATCH_ROWS,
      pageBytes: config.RELAY_BATCH_BYTES,
      gatherMs: config.RELAY_GATHER_MS,
      keepPublished: config.OUTBOX_RETENTION_MS > 0,
      retry: { maxAttempts: config.RELAY_MAX_ATTEMPTS, delayAfter: (attempts) => delayFor(attempts, { baseMs: 500, maxMs: 60_000 }) },
      metrics,
      logger,
    });
    onStop("relay", () => relay.stop());

    const purge = startPurge({
      name: "the purge of published rows",
      // The relay that holds the first shard purges for all relays.
      deleteExpired: async (limit) =>
        leases.held().includes(0) ? withConnection(pool, (connection) => purgePublished(connection, config.OUTBOX_RETENTION_MS, limit)) : 0,
      intervalMs: 5_000,
      logger,
    });
    onStop("purge", () => purge.stop());

    const readiness = {
      eventstore: createSchemaCheck(queryOf(pool), requiredSchema),
      kafka: brokers.assertReachable,
      leases: leases.assertAdmitted,
      publishing: relay.assertPublishing,
    };
    await serve(workerApp({ registry, readiness, stopping, instanceId: config.INSTANCE_ID, logger }), {
      port: workerPort(config),
      host: config.HOST,
      limits: httpLimits(config),
      logger,
      onStop,
    });
  },
});

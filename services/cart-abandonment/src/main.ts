import { cartAggregate } from "@cart/domain";
import { createCommandHandler, openEventStorePool, withKeys } from "@cart/event-store";
import { followOnly, kafkaFromConfig, runBatchConsumer, topicsWithPrefix } from "@cart/messaging";
import { createSchemaCheck, queryOf, readFollowedEventStores, requirePinnedSessions } from "@cart/mysql";
import { openKeys } from "@cart/personal-data";
import { httpLimits, runService, serve, workerApp, workerPort } from "@cart/process-kit";
import type { Static } from "typebox";
import { v7 as uuidv7 } from "uuid";
import { createAbandonmentMetrics } from "./abandonmentMetrics.ts";
import { config as configSchema } from "./config.ts";
import { createApplyBatch } from "./consume/applyBatch.ts";
import { handleBatch } from "./consume/handleBatch.ts";
import { openTimerPool } from "./database/openTimerPool.ts";
import { requiredSchema } from "./requiredSchema.ts";
import { startShopperErasures } from "./shoppers/startShopperErasures.ts";
import { startShopperPurge } from "./shoppers/startShopperPurge.ts";
import { startTimerWorker } from "./work/timerWorker.ts";
import { createWorkOff } from "./work/workOffTimers.ts";

const now = (): Date => new Date();

type Config = Static<typeof configSchema>;

/** Opens the connections to each database, and closes them when the service stops. */
const openDatabases = (config: Config, onStop: (name: string, stop: () => Promise<void>) => void) => {
  const { MYSQL_CONNECTION_MAX_AGE_MS: maxConnectionAgeMs } = config;
  // One connection each for the consumer, the worker, the purge, erasures, /readyz and /metrics.
  const pool = openTimerPool({ url: config.ABANDONMENT_URL, connectionLimit: 6, maxConnectionAgeMs });
  onStop("timer connections", () => pool.end());
  const eventStore = openEventStorePool({ url: config.EVENTSTORE_URL, connectionLimit: 4, maxConnectionAgeMs });
  onStop("event store connections", () => eventStore.end());
  const keys = openKeys(config, { erases: true });
  onStop("key store connections", () => keys.close());
  return { pool, eventStore, keys };
};

await runService({
  name: "cart-abandonment",
  config: configSchema,
  start: async ({ config, logger, registry, tracer, stopping, onStop }) => {
    const { pool, eventStore, keys } = openDatabases(config, onStop);
    await requirePinnedSessions(pool, eventStore);
    const carts = withKeys(cartAggregate, keys.ring, config.SEAL_PERSONAL_DATA);

    const topics = topicsWithPrefix(config.KAFKA_TOPIC_PREFIX);
    const applyBatch = createApplyBatch({ pool, eventStore, carts, policyTopic: topics.tenantPolicyEvents, now, tracer });
    const consumer = runBatchConsumer({
      kafka: kafkaFromConfig(config, { clientId: "cart-abandonment", logger }),
      groupId: `${config.KAFKA_TOPIC_PREFIX}${config.KAFKA_GROUP}`,
      topics: [topics.cartEvents, topics.tenantPolicyEvents],
      logger,
      maxBatchMessages: config.BATCH_MAX_MESSAGES,
      sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS,
      follows: followOnly({ ids: () => readFollowedEventStores(pool), count: (messages) => metrics.foreign(messages), logger }),
      // Timers run for minutes, so a fetch may wait for its full 2 s, or for some 800 events: each fetch then costs one transaction of
      // half a dozen round trips.
      minBytes: 524_288,
      onLost: () => metrics.lost(),
      handleBatch: (messages) => handleBatch(messages, { applyBatch, metrics, logger }),
    });
    onStop("consumer", () => consumer.stop());
    const metrics = createAbandonmentMetrics({ registry, pool, now, lag: consumer.lag });

    // A timer reads its cart rarely, so a state cached for longer than one batch would be outdated.
    const handler = createCommandHandler({
      pool: eventStore,
      aggregate: carts,
      now,
      newEventId: () => uuidv7(),
      cachedStreams: config.TIMER_BATCH,
    });
    onStop("command handler", () => handler.stop());
    const workOff = createWorkOff({
      pool,
      eventStore,
      carts,
      handler,
      now,
      limit: config.TIMER_BATCH,
      leaseMs: config.TIMER_LEASE_MS,
      logger,
      tracer,
      onOutcome: metrics.outcome,
    });
    const worker = startTimerWorker({
      pool,
      workOff,
      now,
      limit: config.TIMER_BATCH,
      pollMs: config.TIMER_POLL_MS,
      onMoved: metrics.moved,
      logger,
    });
    onStop("worker", () => worker.stop());

    const purge = startShopperPurge({ pool, now, logger });
    onStop("purge", () => purge.stop());
    startShopperErasures({ keys, pool, logger, onStop });

    const readiness = {
      kafka: consumer.assertReady,
      abandonment: createSchemaCheck(queryOf(pool), requiredSchema.abandonment),
      eventstore: createSchemaCheck(queryOf(eventStore), requiredSchema.eventstore),
      ...keys.readiness,
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

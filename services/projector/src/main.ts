import { followOnly, kafkaFromConfig, runBatchConsumer, topicsWithPrefix } from "@cart/messaging";
import { createSchemaCheck, queryOf, readFollowedEventStores, requirePinnedSessions } from "@cart/mysql";
import { openKeys } from "@cart/personal-data";
import { httpLimits, runService, serve, workerApp, workerPort } from "@cart/process-kit";
import {
  countDeadLetters,
  createApplyBatch,
  findOutdatedProjections,
  openReadModelPool,
  projectedTopics,
  projectionsWith,
  startRevisionWatch,
} from "@cart/read-model";
import { config as configSchema } from "./config.ts";
import { createProjectorMetrics } from "./projectorMetrics.ts";
import { startReadModelErasures } from "./startReadModelErasures.ts";
import { requiredSchema } from "./requiredSchema.ts";
import { startDeadLetterPurge } from "./startDeadLetterPurge.ts";

/** The number of concurrent batches: this process decodes and folds one batch while MySQL executes the other. */
const lanes = 2;

const dayMs = 86_400_000;

await runService({
  name: "projector",
  config: configSchema,
  start: async ({ config, logger, registry, tracer, stopping, onStop }) => {
    // One connection for each lane, one for /readyz, one for /metrics, one for the check of revisions and the purge, two for erasures.
    const pool = openReadModelPool({
      url: config.READMODEL_URL,
      connectionLimit: lanes + 5,
      maxConnectionAgeMs: config.MYSQL_CONNECTION_MAX_AGE_MS,
    });
    onStop("read model connections", () => pool.end());
    await requirePinnedSessions(pool);
    const keys = openKeys(config, { erases: config.EVENTSTORE_URL !== undefined });
    onStop("key store connections", () => keys.close());
    const projections = projectionsWith(keys.ring);

    const revisions = startRevisionWatch({ readModel: pool, projections, logger });
    onStop("check of revisions", () => revisions.stop());

    startReadModelErasures({ url: config.EVENTSTORE_URL, keys, readModel: pool, logger, onStop });
    const purge = startDeadLetterPurge({ pool, retentionMs: config.DEAD_LETTER_RETENTION_DAYS * dayMs, logger });
    onStop("purge", () => purge.stop());

    const topics = topicsWithPrefix(config.KAFKA_TOPIC_PREFIX);
    const applyBatch = createApplyBatch(pool, projections, { tracer, topics });
    const consumer = runBatchConsumer({
      kafka: kafkaFromConfig(config, { clientId: "projector", logger }),
      groupId: `${config.KAFKA_TOPIC_PREFIX}${config.KAFKA_GROUP}`,
      topics: projectedTopics(projections, topics),
      logger,
      maxBatchMessages: config.BATCH_MAX_MESSAGES,
      lanes,
      sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS,
      follows: followOnly({ ids: () => readFollowedEventStores(pool), count: (messages) => metrics.foreign(messages), logger }),
      onLost: (lost) => {
        metrics.lost();
        logger.error(
          lost,
          "the read model lacks the events of these messages: `projector verify` names the aggregates, and `projector rebuild` repairs " +
            "all of them or, with --aggregate, one",
        );
      },
      handleBatch: async (messages) => {
        const begin = performance.now();
        try {
          const result = await applyBatch(messages);
          metrics.applied(result, (performance.now() - begin) / 1000, new Date());
          for (const { code, message, aggregateType, aggregateId, version } of result.deadLetters) {
            if (code === "PARKED") continue;
            const { topic, partition, offset } = message;
            logger.error(
              { code, topic, partition, offset, aggregate_type: aggregateType, aggregate_id: aggregateId, version },
              "dead letter: `projector dead-letters show` has the reason",
            );
          }
        } catch (error) {
          metrics.failed();
          throw error;
        }
      },
    });
    onStop("consumer", () => consumer.stop());
    const metrics = createProjectorMetrics({
      registry,
      lag: consumer.lag,
      deadLetters: () => countDeadLetters(pool),
      outdated: () => findOutdatedProjections(pool, projections),
    });

    const readiness = { kafka: consumer.assertReady, readmodel: createSchemaCheck(queryOf(pool), requiredSchema), ...keys.readiness };
    await serve(workerApp({ registry, readiness, stopping, instanceId: config.INSTANCE_ID, logger }), {
      port: workerPort(config),
      host: config.HOST,
      limits: httpLimits(config),
      logger,
      onStop,
    });
  },
});

#!/usr/bin/env node
import { setTimeout as delay } from "node:timers/promises";
import { createLogger, kafkaConfig, loadConfig, logLevel } from "@cart/process-kit";
import { Type } from "typebox";
import { createTopics, TopicError } from "./createTopics.ts";
import { KafkaAccessError } from "./kafkaErrors.ts";
import { kafkaFromConfig } from "./kafkaFromConfig.ts";
import { topicsWithPrefix } from "./topics.ts";

/** Milliseconds to retry. A starting broker answers within seconds, and refuses requests for some more seconds while it joins its cluster. */
const retryForMs = 60_000;

const run = async (): Promise<void> => {
  const config = loadConfig(
    Type.Object({
      ...kafkaConfig,
      TOPIC_PARTITIONS: Type.Integer({ minimum: 1, maximum: 1_000, default: 12, description: "partitions of the topic of cart events" }),
      TOPIC_REPLICATION: Type.Integer({ minimum: 1, maximum: 10, default: 1, description: "copies of each partition" }),
      TOPIC_RETENTION_DAYS: Type.Number({
        exclusiveMinimum: 0,
        maximum: 3_650,
        default: 7,
        description: "days for which a new topic keeps a message",
      }),
      LOG_LEVEL: logLevel,
    }),
  );
  const logger = createLogger({ service: "create-topics", level: config.LOG_LEVEL === "info" ? "error" : config.LOG_LEVEL });
  const kafka = kafkaFromConfig(config, { clientId: "create-topics", logger });
  const names = topicsWithPrefix(config.KAFKA_TOPIC_PREFIX);
  const retentionMs = config.TOPIC_RETENTION_DAYS * 86_400_000;
  const topics = [
    { topic: names.cartEvents, partitions: config.TOPIC_PARTITIONS, retentionMs },
    { topic: names.tenantPolicyEvents, partitions: 1, retentionMs },
  ];

  const deadline = Date.now() + retryForMs;
  for (;;) {
    try {
      await createTopics(kafka, { topics, replicationFactor: config.TOPIC_REPLICATION });
      for (const { topic, partitions } of topics) console.log(`topic ${topic}: ready, with at least ${partitions} partitions`);
      return;
    } catch (error) {
      if (error instanceof TopicError || error instanceof KafkaAccessError || Date.now() > deadline) throw error;
      await delay(500);
    }
  }
};

try {
  await run();
} catch (error) {
  console.error(`create-topics: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

import { sealingConfig } from "@cart/personal-data";
import { commonConfig, kafkaConfig, kafkaSessionTimeoutMs, milliseconds, mysqlConfig, mysqlUrl, port } from "@cart/process-kit";
import { Type } from "typebox";

export const config = Type.Object({
  ...commonConfig,
  ...mysqlConfig,
  ...kafkaConfig,
  PORT: port(8084),
  ABANDONMENT_URL: mysqlUrl,
  EVENTSTORE_URL: mysqlUrl,
  ...sealingConfig,
  KAFKA_GROUP: Type.String({ minLength: 1, default: "cart-abandonment", description: "consumer group whose members share the partitions" }),
  KAFKA_SESSION_TIMEOUT_MS: kafkaSessionTimeoutMs,
  BATCH_MAX_MESSAGES: Type.Integer({
    minimum: 1,
    maximum: 20_000,
    default: 2_000,
    description: "upper limit of messages in one transaction",
  }),
  TIMER_BATCH: Type.Integer({ minimum: 1, maximum: 5_000, default: 1_000, description: "upper limit of timers in one batch" }),
  TIMER_POLL_MS: milliseconds(2_000, { minimum: 10, maximum: 60_000, description: "milliseconds between two polls for due timers" }),
  TIMER_LEASE_MS: milliseconds(30_000, {
    minimum: 1_000,
    description: "milliseconds until the timers that a dead worker has claimed are due again",
  }),
});

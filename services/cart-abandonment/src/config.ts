import { commonConfig, kafkaConfig, kafkaSessionTimeoutMs, milliseconds, mysqlConfig, mysqlUrl, port } from "@cart/process-kit";
import { Type } from "typebox";

export const config = Type.Object({
  ...commonConfig,
  ...mysqlConfig,
  ...kafkaConfig,
  PORT: port(8084),
  ABANDONMENT_URL: mysqlUrl,
  EVENTSTORE_URL: mysqlUrl,
  KAFKA_GROUP: Type.String({ minLength: 1, default: "cart-abandonment", description: "consumer group that shares the partitions" }),
  KAFKA_SESSION_TIMEOUT_MS: kafkaSessionTimeoutMs,
  BATCH_MAX_MESSAGES: Type.Integer({ minimum: 1, maximum: 20_000, default: 2_000, description: "most messages in one transaction" }),
  TIMER_BATCH: Type.Integer({ minimum: 1, maximum: 5_000, default: 1_000, description: "most timers that are worked off at once" }),
  TIMER_POLL_MS: milliseconds(2_000, { minimum: 10, maximum: 60_000, description: "between two looks for timers that are due" }),
  TIMER_LEASE_MS: milliseconds(30_000, { minimum: 1_000, description: "how long the timers of a dead worker stay with it" }),
});

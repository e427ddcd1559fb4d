import { commonConfig, kafkaConfig, milliseconds, mysqlConfig, mysqlUrl, port } from "@cart/process-kit";
import { Type } from "typebox";

export const config = Type.Object({
  ...commonConfig,
  ...mysqlConfig,
  ...kafkaConfig,
  PORT: port(8082),
  EVENTSTORE_URL: mysqlUrl,
  RELAY_BATCH_ROWS: Type.Integer({ minimum: 1, maximum: 10_000, default: 2000, description: "upper limit of outbox rows in one batch" }),
  RELAY_BATCH_BYTES: Type.Integer({
    minimum: 65_536,
    maximum: 67_108_864,
    default: 1_048_576,
    description: "upper limit of the bytes of events in one batch; up to three batches are in memory",
  }),
  RELAY_GATHER_MS: milliseconds(50, {
    description: "milliseconds from one batch to the next while rows come steadily; 0 publishes every row at once",
  }),
  RELAY_LEASE_MS: milliseconds(6_000, { minimum: 500, description: "milliseconds after which a dead relay's shards are free for others" }),
  RELAY_MAX_ATTEMPTS: Type.Integer({
    minimum: 1,
    default: 8,
    description: "attempts after which a row that cannot be published is FAILED",
  }),
  OUTBOX_RETENTION_MS: milliseconds(0, {
    description: "milliseconds that published rows are kept; 0 deletes them at once, at half the cost",
  }),
});

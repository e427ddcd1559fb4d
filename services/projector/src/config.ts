import { keyConfig } from "@cart/personal-data";
import { commonConfig, kafkaConfig, kafkaSessionTimeoutMs, mysqlConfig, mysqlUrl, port } from "@cart/process-kit";
import { Type } from "typebox";

export const config = Type.Object({
  ...commonConfig,
  ...mysqlConfig,
  ...kafkaConfig,
  PORT: port(8083),
  READMODEL_URL: mysqlUrl,
  ...keyConfig,
  EVENTSTORE_URL: Type.Optional({
    ...mysqlUrl,
    description: "URL of the event store, whose events are read to overwrite an erased shopper; without it no erasure is completed",
  }),
  KAFKA_GROUP: Type.String({ minLength: 1, default: "projector", description: "consumer group whose members share the partitions" }),
  KAFKA_SESSION_TIMEOUT_MS: kafkaSessionTimeoutMs,
  DEAD_LETTER_RETENTION_DAYS: Type.Number({
    exclusiveMinimum: 0,
    maximum: 3_650,
    default: 90,
    description: "days after which a dead letter is deleted; its cart is then repaired by a rebuild",
  }),
  BATCH_MAX_MESSAGES: Type.Integer({
    minimum: 1,
    maximum: 20_000,
    default: 2_000,
    description: "upper limit of messages in one transaction",
  }),
});

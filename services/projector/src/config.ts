import { commonConfig, kafkaBrokers, mysqlUrl, port } from "@cart/service-kit";
import { Type } from "typebox";

export const config = Type.Object({
  ...commonConfig,
  PORT: port(8083),
  READMODEL_URL: mysqlUrl,
  KAFKA_BROKERS: kafkaBrokers,
  KAFKA_TOPIC_PREFIX: Type.String({ default: "", description: "put before the name of every topic" }),
  KAFKA_GROUP: Type.String({ minLength: 1, default: "projector", description: "consumer group that shares the partitions" }),
  BATCH_MAX_MESSAGES: Type.Integer({ minimum: 1, maximum: 20_000, default: 2_000, description: "most messages in one transaction" }),
});

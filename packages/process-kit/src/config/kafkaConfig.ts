import { type Static, Type } from "typebox";
import { kafkaBrokers, milliseconds } from "./configSchema.ts";

/**
 * The variables of a program's connection to Kafka: spread them into the properties of the
 * program's own `Type.Object`, and create the client with `kafkaFromConfig` of @cart/messaging.
 */
export const kafkaConfig = {
  KAFKA_BROKERS: kafkaBrokers,
  KAFKA_TOPIC_PREFIX: Type.String({ default: "", description: "prefix of every topic's name" }),
  KAFKA_TLS: Type.Boolean({ default: false, description: "true: connections to Kafka are encrypted, and its certificate is verified" }),
  KAFKA_CA_FILE: Type.Optional(
    Type.String({ needs: ["KAFKA_TLS"], description: "PEM file of the CA that signed Kafka's certificate; not needed for a public CA" }),
  ),
  KAFKA_SASL_MECHANISM: Type.Optional(
    Type.Enum(["plain", "scram-sha-256", "scram-sha-512"], {
      needs: ["KAFKA_USERNAME", "KAFKA_PASSWORD"],
      description: "SASL mechanism of the login to Kafka; without it there is no login",
    }),
  ),
  KAFKA_USERNAME: Type.Optional(Type.String({ needs: ["KAFKA_SASL_MECHANISM"], description: "user who logs in to Kafka" })),
  KAFKA_PASSWORD: Type.Optional(Type.String({ needs: ["KAFKA_SASL_MECHANISM"], description: "password of that user" })),
};

const kafkaConfigSchema = Type.Object(kafkaConfig);

export type KafkaConfig = Static<typeof kafkaConfigSchema>;

/** Milliseconds for which a dead consumer's partitions are not read. By default the brokers accept 6 s to 30 min. */
export const kafkaSessionTimeoutMs = milliseconds(10_000, {
  minimum: 6_000,
  maximum: 1_800_000,
  description: "milliseconds without a heartbeat after which a consumer counts as dead and loses its partitions",
});

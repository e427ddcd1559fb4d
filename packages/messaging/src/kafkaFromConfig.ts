import { readFileSync } from "node:fs";
import { ConfigError, type KafkaConfig, type Logger, parseBrokers } from "@cart/process-kit";
import type { Kafka } from "kafkajs";
import { createKafka } from "./kafkaClient.ts";

/** Creates a client from the configuration, not yet connected. Throws a `ConfigError` if KAFKA_CA_FILE cannot be read. */
export const kafkaFromConfig = (config: KafkaConfig, { clientId, logger }: { readonly clientId: string; readonly logger: Logger }): Kafka =>
  createKafka({ brokers: parseBrokers(config.KAFKA_BROKERS), clientId, logger, ...tlsOf(config), ...saslOf(config, logger) });

const tlsOf = ({ KAFKA_TLS: tls, KAFKA_CA_FILE: file }: KafkaConfig) => {
  if (!tls) return {};
  return { tls: file === undefined ? {} : { ca: readCa(file) } };
};

const readCa = (file: string): string => {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError([`KAFKA_CA_FILE cannot be read: ${error instanceof Error ? error.message : String(error)}`], { cause: error });
  }
  // Node.js accepts a text without a certificate, and then trusts no broker.
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    throw new ConfigError([`KAFKA_CA_FILE must be a PEM file with a certificate: ${file}`]);
  return text;
};

const saslOf = (
  { KAFKA_TLS: tls, KAFKA_SASL_MECHANISM: mechanism, KAFKA_USERNAME: username, KAFKA_PASSWORD: password }: KafkaConfig,
  logger: Logger,
) => {
  if (mechanism === undefined || username === undefined || password === undefined) return {};
  if (mechanism === "plain" && !tls)
    logger.warn("KAFKA_SASL_MECHANISM=plain without KAFKA_TLS sends the password unencrypted: set KAFKA_TLS=true");
  return { sasl: { mechanism, username, password } };
};

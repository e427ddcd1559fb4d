import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, createLogger, type KafkaConfig } from "@cart/process-kit";
import { expect } from "chai";
import { kafkaFromConfig } from "./kafkaFromConfig.ts";

describe("kafkaFromConfig", () => {
  const folder = mkdtempSync(join(tmpdir(), "kafka-config-"));
  after(() => rmSync(folder, { recursive: true }));
  const logged: string[] = [];
  const logger = createLogger({ service: "test", level: "warn", destination: { write: (line: string) => void logged.push(line) } });
  const make = (config: Partial<KafkaConfig>) =>
    kafkaFromConfig({ KAFKA_BROKERS: "kafka:9092", KAFKA_TOPIC_PREFIX: "", KAFKA_TLS: false, ...config }, { clientId: "test", logger });

  it("refuses a CA file that does not exist", () => {
    const file = join(folder, "missing.pem");
    expect(() => make({ KAFKA_TLS: true, KAFKA_CA_FILE: file })).to.throw(ConfigError, `KAFKA_CA_FILE cannot be read: ENOENT`);
  });

  it("refuses a CA file without a certificate, with which Node.js would trust no broker", () => {
    const file = join(folder, "key.pem");
    writeFileSync(file, "-----BEGIN PRIVATE KEY-----");
    expect(() => make({ KAFKA_TLS: true, KAFKA_CA_FILE: file })).to.throw(ConfigError, `must be a PEM file with a certificate: ${file}`);
  });

  it("warns about a password that is sent unencrypted", () => {
    const login = { KAFKA_USERNAME: "cart", KAFKA_PASSWORD: "secret" };
    make({ ...login, KAFKA_SASL_MECHANISM: "scram-sha-256" });
    make({ ...login, KAFKA_SASL_MECHANISM: "plain", KAFKA_TLS: true });
    expect(logged).to.deep.equal([]);
    make({ ...login, KAFKA_SASL_MECHANISM: "plain" });
    expect(logged).to.have.length(1);
    expect(logged.join()).to.contain("without KAFKA_TLS").and.not.to.contain("secret");
  });
});

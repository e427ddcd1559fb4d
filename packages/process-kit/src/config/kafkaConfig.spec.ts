import { expect } from "chai";
import { Type } from "typebox";
import { kafkaConfig } from "./kafkaConfig.ts";
import { ConfigError, loadConfig } from "./loadConfig.ts";

const load = (env: Record<string, string>) => loadConfig(Type.Object(kafkaConfig), { KAFKA_BROKERS: "kafka:9092", ...env });

const variablesAtFault = (env: Record<string, string>): readonly string[] => {
  try {
    load(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.lines.map((line) => line.split(":")[0] ?? "");
    throw error;
  }
};

describe("kafkaConfig", () => {
  it("uses neither TLS nor a login by default", () => {
    expect(load({ KAFKA_CA_FILE: "", KAFKA_SASL_MECHANISM: "", KAFKA_USERNAME: "", KAFKA_PASSWORD: "" })).to.deep.equal({
      KAFKA_BROKERS: "kafka:9092",
      KAFKA_TOPIC_PREFIX: "",
      KAFKA_TLS: false,
    });
  });

  it("accepts TLS with a private CA, and a login", () => {
    const env = {
      KAFKA_CA_FILE: "/ca.pem",
      KAFKA_SASL_MECHANISM: "scram-sha-512",
      KAFKA_USERNAME: "cart",
      KAFKA_PASSWORD: "secret",
    };
    expect(load({ ...env, KAFKA_TLS: "true" })).to.include({ ...env, KAFKA_TLS: true });
  });

  const halves: readonly (readonly [Record<string, string>, readonly string[]])[] = [
    [{ KAFKA_CA_FILE: "/ca.pem" }, ["KAFKA_CA_FILE needs KAFKA_TLS as well"]],
    [{ KAFKA_TLS: "false", KAFKA_CA_FILE: "/ca.pem" }, ["KAFKA_CA_FILE needs KAFKA_TLS as well"]],
    [{ KAFKA_SASL_MECHANISM: "plain" }, ["KAFKA_SASL_MECHANISM needs KAFKA_USERNAME and KAFKA_PASSWORD as well"]],
    [{ KAFKA_SASL_MECHANISM: "plain", KAFKA_USERNAME: "cart" }, ["KAFKA_SASL_MECHANISM needs KAFKA_PASSWORD as well"]],
    [
      { KAFKA_USERNAME: "cart", KAFKA_PASSWORD: "secret" },
      ["KAFKA_USERNAME needs KAFKA_SASL_MECHANISM as well", "KAFKA_PASSWORD needs KAFKA_SASL_MECHANISM as well"],
    ],
  ];
  for (const [env, lines] of halves) {
    it(`refuses ${Object.keys(env).join(" with ")} alone`, () => expect(variablesAtFault(env)).to.deep.equal(lines));
  }

  it("lists the supported mechanisms", () => {
    expect(variablesAtFault({ KAFKA_SASL_MECHANISM: "gssapi", KAFKA_USERNAME: "cart", KAFKA_PASSWORD: "secret" })).to.deep.equal([
      'KAFKA_SASL_MECHANISM must be one of plain, scram-sha-256, scram-sha-512 but is "gssapi"',
    ]);
  });
});

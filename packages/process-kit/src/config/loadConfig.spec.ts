import { expect } from "chai";
import { Type } from "typebox";
import { commonConfig, kafkaBrokers, milliseconds, mysqlUrl, parseBrokers, port } from "./configSchema.ts";
import { ConfigError, loadConfig } from "./loadConfig.ts";

const schema = Type.Object({
  ...commonConfig,
  PORT: port(8080),
  EVENTSTORE_URL: mysqlUrl,
  KAFKA_BROKERS: kafkaBrokers,
  POLL_MS: milliseconds(5, { maximum: 1000, description: "pause between two polls" }),
  API_TOKEN: Type.Optional(Type.String({ minLength: 20 })),
});
const complete = { EVENTSTORE_URL: "mysql://root:secret@db:3306/eventstore", KAFKA_BROKERS: "a:9092, b:9093" };

const linesFor = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
};

describe("loadConfig", () => {
  it("converts values, sets defaults and omits variables that the schema does not declare", () => {
    const config = loadConfig(schema, { ...complete, PORT: "0", HOST: "", PATH: "/bin" });
    const typed: { PORT: number; API_TOKEN?: string } = config;
    expect(typed).to.deep.equal({
      ...complete,
      PORT: 0,
      POLL_MS: 5,
      LOG_LEVEL: "info",
      HOST: "0.0.0.0",
      HTTP_MAX_CONNECTIONS: 2_000,
      HTTP_MAX_PIPELINED_REQUESTS: 16,
      HTTP_MAX_UNSENT_BYTES: 67_108_864,
      HTTP_SEND_TIMEOUT_MS: 60_000,
      SHUTDOWN_TIMEOUT_MS: 10_000,
    });
    expect(schema).not.to.have.property("additionalProperties");
    expect(parseBrokers(config.KAFKA_BROKERS)).to.deep.equal(["a:9092", "b:9093"]);
  });

  it("names every invalid variable, in the schema's order, with the expected value", () => {
    expect(
      linesFor({ PORT: "http", KAFKA_BROKERS: "kafka", LOG_LEVEL: "loud", POLL_MS: "1001", SHUTDOWN_TIMEOUT_MS: "1.5" }),
    ).to.deep.equal([
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent but is "loud": least severe level that is logged (default info)',
      'SHUTDOWN_TIMEOUT_MS must be integer but is "1.5": milliseconds after which an orderly shutdown is cut short (default 10000)',
      'PORT must be integer but is "http": TCP port of the HTTP server (default 8080)',
      "EVENTSTORE_URL is missing: URL of a MySQL database, mysql://user:password@host:3306/database",
      "KAFKA_BROKERS has the wrong form: Kafka bootstrap servers, host:9092, comma separated",
      'POLL_MS must be <= 1000 but is "1001": pause between two polls (default 5)',
    ]);
  });

  it("prints no value that could be a secret", () => {
    const lines = linesFor({ ...complete, EVENTSTORE_URL: "postgres://root:hunter2@db/eventstore", API_TOKEN: "hunter2" });
    expect(lines).to.have.length(2);
    expect(lines.join()).not.to.contain("hunter2");
  });

  for (const url of [
    "mysql://db:3306/eventstore",
    "mysql://root@db/eventstore",
    "mysql://root:p%40ss@127.0.0.1:3306/eventstore?ssl=true",
  ]) {
    it(`accepts ${url}`, () => expect(linesFor({ ...complete, EVENTSTORE_URL: url })).to.deep.equal([]));
  }
  for (const url of ["mysql://db:3306", "mysql://", "db:3306/eventstore", "http://db/eventstore"]) {
    it(`refuses ${url}`, () => expect(linesFor({ ...complete, EVENTSTORE_URL: url })).to.have.length(1));
  }
  for (const brokers of ["a", "a:9092,", "a:9092 b:9092", ","]) {
    it(`refuses the brokers "${brokers}"`, () => expect(linesFor({ ...complete, KAFKA_BROKERS: brokers })).to.have.length(1));
  }
});

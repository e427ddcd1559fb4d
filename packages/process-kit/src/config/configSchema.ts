import { Type } from "typebox";
import { httpConfig } from "../http/httpLimits.ts";

/*
 * Pieces of the services' configuration. A `description` states the purpose of the
 * variable: `loadConfig` prints it if the variable is missing or invalid.
 */

/** The port of the service's HTTP server; 0 lets the system choose one. */
export const port = (defaultPort: number) =>
  Type.Integer({ minimum: 0, maximum: 65535, default: defaultPort, description: "TCP port of the HTTP server" });

/** A time in milliseconds, 0 or more. */
export const milliseconds = (
  defaultValue: number,
  options: { readonly description?: string; readonly minimum?: number; readonly maximum?: number } = {},
) => Type.Integer({ minimum: 0, ...options, default: defaultValue });

export const mysqlUrl = Type.String({
  pattern: "^mysql://[^/@]+(@[^/@]+)?/[^/]+$",
  description: "URL of a MySQL database, mysql://user:password@host:3306/database",
});

/** The variables of every service that uses MySQL. */
export const mysqlConfig = {
  MYSQL_CONNECTION_MAX_AGE_MS: milliseconds(600_000, {
    minimum: 1_000,
    description:
      "milliseconds after which a connection to MySQL is replaced at its next use, so that none stays with a member that is cut off",
  }),
};

/** Split it with `parseBrokers`. */
export const kafkaBrokers = Type.String({
  pattern: "^\\s*[^\\s,:]+:\\d+(\\s*,\\s*[^\\s,:]+:\\d+)*\\s*$",
  description: "Kafka bootstrap servers, host:9092, comma separated",
});

/** The list in a value of `kafkaBrokers`: `"a:9092, b:9092"` is `["a:9092", "b:9092"]`. */
export const parseBrokers = (brokers: string): string[] => brokers.split(",").map((broker) => broker.trim());

export const logLevel = Type.Enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
  default: "info",
  description: "least severe level that is logged",
});

/** The port of a worker, which serves nothing but its operations. */
export const workerPort = (config: { readonly PORT: number; readonly OPERATIONS_PORT?: number | undefined }): number =>
  config.OPERATIONS_PORT ?? config.PORT;

/** The variables of every service: spread them into the properties of the service's own `Type.Object`. */
export const commonConfig = {
  LOG_LEVEL: logLevel,
  HOST: Type.String({ minLength: 1, default: "0.0.0.0", description: "address that the HTTP server listens on" }),
  OPERATIONS_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65535,
      description: "TCP port of readiness, metrics and the API's document; by default the service's own port",
    }),
  ),
  INSTANCE_ID: Type.Optional(
    Type.String({ pattern: "^[\\w.:-]{1,128}$", description: "name of this process, such as the pod's; /readyz returns it" }),
  ),
  ...httpConfig,
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      pattern: "^https?://[^/]+.*$",
      description: "URL of the OpenTelemetry collector, http://host:4318; without it no traces are exported",
    }),
  ),
  SHUTDOWN_TIMEOUT_MS: milliseconds(10_000, { minimum: 1, description: "milliseconds after which an orderly shutdown is cut short" }),
};

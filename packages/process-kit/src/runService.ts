import { setFlagsFromString } from "node:v8";
import type { Registry } from "prom-client";
import { type Static, type TObject, Type } from "typebox";
import { Check } from "typebox/value";
import { commonConfig } from "./config/configSchema.ts";
import { ConfigError, loadConfig } from "./config/loadConfig.ts";
import { createLogger, type Logger } from "./logs/createLogger.ts";
import { createOtlpTracer, noTracer, type Tracer } from "./tracing/createTracer.ts";
import { createMetricsRegistry } from "./metrics/createMetricsRegistry.ts";

export type ServiceContext<Config> = {
  readonly config: Config;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Traces nothing unless OTEL_EXPORTER_OTLP_ENDPOINT is set. */
  readonly tracer: Tracer;
  /** Aborted when the service begins to stop, before the first `onStop` function runs. */
  readonly stopping: AbortSignal;
  /** Registers a function that closes the resource that was just opened. The functions run one by one, the last registered first. */
  readonly onStop: (name: string, close: () => Promise<void> | void) => void;
  /** For a worker loop that cannot continue: stops the service like a signal does, but exits with 1. Returns at once. */
  readonly fail: (error: unknown) => void;
};

export type ServiceDefinition<Schema extends TObject> = {
  readonly name: string;
  /** Spread `commonConfig` into it. */
  readonly config: Schema;
  /** Opens what the service needs and returns when it runs. */
  readonly start: (context: ServiceContext<Static<Schema>>) => Promise<void>;
};

/**
 * V8 collects the old generation when it has doubled since the last collection, not when it is four times as large. A batch in flight
 * outlives the collections of the young generation, so a consumer under load would hold 150 MB of garbage beside 35 MB in use.
 */
const heapGrowth = "--heap-growing-percent=100";

/**
 * Runs a service's process from its environment to its exit code.
 *
 * - A configuration that is not valid: its lines on standard error, exit 1.
 * - SIGTERM or SIGINT: the `onStop` functions, then exit 0; or 1 when one of them
 *   failed or they took longer than SHUTDOWN_TIMEOUT_MS. A second signal exits
 *   with 1 at once.
 * - A `start` that fails, or `fail`: a fatal line, the `onStop` functions, exit 1.
 * - An uncaught exception or unhandled rejection: a fatal line and exit 1, without
 *   the `onStop` functions, as the state of the process is unknown.
 */
export const runService = async <Schema extends TObject>({ name, config: schema, start }: ServiceDefinition<Schema>): Promise<void> => {
  setFlagsFromString(heapGrowth);
  const config = loadConfigOrExit(schema);
  if (!Check(Type.Object(commonConfig), config)) throw new Error(`the config schema of ${name} does not contain commonConfig`);
  const logger = createLogger({ service: name, level: config.LOG_LEVEL });

  const stopping = new AbortController();
  const opened: { readonly name: string; readonly close: () => Promise<void> | void }[] = [];
  let exitCode = 0;

  const stop = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    let closing = "";
    setTimeout(() => {
      const remaining = opened.map((resource) => resource.name).toReversed();
      logger.fatal({ hung: closing, not_closed: remaining }, `"${closing}" did not stop within ${config.SHUTDOWN_TIMEOUT_MS} ms`);
      process.exit(1);
    }, config.SHUTDOWN_TIMEOUT_MS);
    for (let resource = opened.pop(); resource !== undefined; resource = opened.pop()) {
      closing = resource.name;
      try {
        await resource.close();
      } catch (error) {
        logger.error({ err: error }, `"${closing}" failed to stop`);
        exitCode = 1;
      }
    }
    logger.info({ exit_code: exitCode }, "stopped");
    process.exit(exitCode);
  };

  const fail = (error: unknown): void => {
    logger.fatal({ err: error }, "the service cannot continue");
    exitCode = 1;
    void stop();
  };

  let signalled = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signalled) {
      logger.warn({ signal }, "second signal, exiting at once");
      process.exit(1);
    }
    signalled = true;
    logger.info({ signal }, "stopping");
    void stop();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);

  // Node.js raises an unhandled rejection as an uncaught exception too.
  process.on("uncaughtException", (error, origin) => {
    logger.fatal({ err: error, origin }, "uncaught error");
    process.exit(1);
  });

  const tracer = config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? noTracer : createOtlpTracer(name, config.OTEL_EXPORTER_OTLP_ENDPOINT);
  // The first to be opened and so the last to be closed: it sends the spans of the others' last work.
  if (tracer !== noTracer) opened.push({ name: "tracer", close: tracer.stop });

  try {
    await start({
      config,
      logger,
      tracer,
      registry: createMetricsRegistry(name),
      stopping: stopping.signal,
      onStop: (resource, close) => opened.push({ name: resource, close }),
      fail,
    });
    logger.info("started");
  } catch (error) {
    // A signal during the start closes what the start is using, which may make it fail.
    if (stopping.signal.aborted) logger.info({ err: error }, "the start was interrupted");
    else fail(error);
  }
};

const loadConfigOrExit = <Schema extends TObject>(schema: Schema): Static<Schema> => {
  try {
    return loadConfig(schema);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return process.exit(1);
  }
};

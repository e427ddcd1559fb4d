export { commonConfig, logLevel, milliseconds, mysqlUrl, parseBrokers, port } from "./config/configSchema.ts";
export { type KafkaConfig, kafkaConfig, kafkaSessionTimeout } from "./config/kafkaConfig.ts";
export { ConfigError, loadConfig } from "./config/loadConfig.ts";
export { createLogger, type Logger, type LoggerOptions } from "./createLogger.ts";
export { answerWithin, timeoutProblem } from "./http/answerWithin.ts";
export { correlationId, correlationIdOf } from "./http/correlationId.ts";
export { type FieldError, HttpProblem, type HttpProblemInit, problemSchema } from "./http/httpProblem.ts";
export { type HttpServer, listen } from "./http/listen.ts";
export { methodNotAllowed } from "./http/methodNotAllowed.ts";
export { notFoundHandler } from "./http/notFoundHandler.ts";
export { operationalPaths, operationalRoutes, type OperationalRoutesOptions, type ReadinessChecks } from "./http/operationalRoutes.ts";
export { problemHandler } from "./http/problemHandler.ts";
export { commonProblems, type ProblemKind } from "./http/problemKind.ts";
export { serve, type ServeOptions } from "./http/serve.ts";
export { workerApp } from "./http/workerApp.ts";
export { abortableDelay, type BackoffOptions, delayFor } from "./loop/backoff.ts";
export { type Loop, type LoopOptions, startLoop } from "./loop/startLoop.ts";
export { type PurgeOptions, startPurge } from "./loop/startPurge.ts";
export { createMetricsRegistry, type Registry } from "./metrics/createMetricsRegistry.ts";
export { metricsText } from "./metrics/metricsText.ts";
export { type Sampled, sampled, type SamplingOptions } from "./metrics/sampled.ts";
export { type Sample, sampledGauge, type SampledGaugeOptions } from "./metrics/sampledGauge.ts";
export { runService, type ServiceContext, type ServiceDefinition } from "./runService.ts";
export {
  createOtlpTracer,
  createTracer,
  noTracer,
  parseTraceparent,
  type Span,
  type SpanOptions,
  type Tracer,
} from "./tracing/createTracer.ts";
export { within } from "./within.ts";

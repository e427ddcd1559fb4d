export { type Access, type Actor, mayActOn, type Owner } from "./access/access.ts";
export { accessConfig, type AccessPolicy, accessPolicy } from "./access/accessPolicy.ts";
export { type ApiGuard, apiConfig, apiGuard } from "./access/apiGuard.ts";
export { accessProblems, forbidden } from "./access/accessProblems.ts";
export { checkAccess, type CheckAccessOptions } from "./access/checkAccess.ts";
export { listenHost } from "./access/listenHost.ts";
export { accessOf, findActor } from "./access/requestAccess.ts";
export { requireTenantAdmin } from "./access/requireTenantAdmin.ts";
export { abortableDelay, type BackoffOptions, delayFor } from "./backoff.ts";
export { commonConfig, logLevel, milliseconds, mysqlUrl, parseBrokers, port } from "./config/configSchema.ts";
export { type KafkaConfig, kafkaConfig, kafkaSessionTimeout } from "./config/kafkaConfig.ts";
export { ConfigError, loadConfig } from "./config/loadConfig.ts";
export { createLogger, type Logger, type LoggerOptions } from "./createLogger.ts";
export { createMetricsRegistry } from "./createMetricsRegistry.ts";
export { answerWithin, timeoutProblem } from "./http/answerWithin.ts";
export { correlationId, correlationIdOf } from "./http/correlationId.ts";
export { type FieldError, HttpProblem, type HttpProblemInit, problemSchema } from "./http/httpProblem.ts";
export { jsonBody } from "./http/jsonBody.ts";
export { type HttpServer, listen } from "./http/listen.ts";
export { methodNotAllowed } from "./http/methodNotAllowed.ts";
export { notFoundHandler } from "./http/notFoundHandler.ts";
export { operationalRoutes, type OperationalRoutesOptions, type ReadinessChecks } from "./http/operationalRoutes.ts";
export { problemHandler } from "./http/problemHandler.ts";
export { commonProblems, type ProblemKind } from "./http/problemKind.ts";
export { requestLogger } from "./http/requestLogger.ts";
export { securityHeaders } from "./http/securityHeaders.ts";
export { traceparentOf, traceRequests } from "./http/traceRequests.ts";
export { validator, type ValidatorOptions } from "./http/validator.ts";
export { commonOperations } from "./openapi/commonOperations.ts";
export { documentRoutes } from "./openapi/documentRoutes.ts";
export { openApiDocument, type OpenApiDocument, type OpenApiOperation, type OpenApiResponse } from "./openapi/openApiDocument.ts";
export { forbiddenProblem, guarded } from "./openapi/guarded.ts";
export { type DescribedAnswer, type DescribedProblem, type Operation, type Operations, retryLater } from "./openapi/operation.ts";
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

import {
  answerWithin,
  correlationId,
  type Logger,
  notFoundHandler,
  operationalRoutes,
  type OperationalRoutesOptions,
  problemHandler,
  type Tracer,
} from "@cart/process-kit";
import express, { type ErrorRequestHandler, type Express } from "express";
import type { ApiGuard } from "../access/apiGuard.ts";
import { checkAccess } from "../access/checkAccess.ts";
import { requestLogger } from "../http/requestLogger.ts";
import { securityHeaders } from "../http/securityHeaders.ts";
import { traceRequests } from "../http/traceRequests.ts";
import { documentRoutes } from "../openapi/documentRoutes.ts";
import { routerOf } from "../route/routerOf.ts";
import type { Api } from "./defineApi.ts";

export type ApiAppOptions<Services> = OperationalRoutesOptions & {
  readonly services: Services;
  readonly guard: ApiGuard;
  readonly logger: Logger;
  readonly tracer: Tracer;
  /** Maps an error of the service's own to an `HttpProblem`; returns any other error unchanged. */
  readonly problemOf?: (error: unknown) => unknown;
  /** The detail of the 503 of a request that takes too long: what the client may assume then. */
  readonly timeoutDetail?: string;
};

/** The whole HTTP surface of an API; it never listens. The order of the middlewares is part of what it does: see the README. */
export const apiApp = <Services>(api: Api<Services>, options: ApiAppOptions<Services>): Express => {
  const { services, guard, logger, tracer, problemOf = (error) => error, timeoutDetail } = options;
  const app = express();
  app.disable("x-powered-by");
  // An answer's ETag is the version of what it shows.
  app.disable("etag");
  app.set("trust proxy", guard.trustedProxies);
  app.use(correlationId(), securityHeaders(), traceRequests(tracer), requestLogger(logger));
  app.use(operationalRoutes(options), documentRoutes(api.document));
  app.use(answerWithin(guard.requestTimeoutMs, timeoutDetail), checkAccess(guard));
  app.use(routerOf(api.routes, services));
  app.use(notFoundHandler, mapErrors(problemOf), problemHandler({ logger }));
  return app;
};

const mapErrors =
  (problemOf: (error: unknown) => unknown): ErrorRequestHandler =>
  // Express recognises an error handler by its four parameters.
  (error: unknown, _req, _res, next) =>
    next(problemOf(error));

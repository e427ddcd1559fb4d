import {
  answerWithin,
  correlationId,
  healthRoute,
  limitClients,
  type Logger,
  notFoundHandler,
  operationalRoutes,
  type OperationalRoutesOptions,
  problemHandler,
  refuseRepeatedHeaders,
  type Tracer,
} from "@cart/process-kit";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import type { ApiGuard } from "../access/apiGuard.ts";
import { checkAccess } from "../access/checkAccess.ts";
import { checkBrowser } from "../access/checkBrowser.ts";
import { requestLogger } from "../http/requestLogger.ts";
import { securityHeaders } from "../http/securityHeaders.ts";
import { traceRequests } from "../http/traceRequests.ts";
import { documentRoutes } from "../openapi/documentRoutes.ts";
import { routerOf, ticketRouterOf } from "../route/routerOf.ts";
import type { Api } from "./defineApi.ts";

export type ApiAppOptions<Services> = OperationalRoutesOptions & {
  readonly services: Services;
  readonly guard: ApiGuard;
  readonly logger: Logger;
  readonly tracer: Tracer;
  /** Whether readiness, metrics and the document are served by `operationsApp` on a port of their own, and not here. */
  readonly operationsApart?: boolean;
  /** Upper limit of one address's requests a minute to readiness, metrics and the document, where they are served here. */
  readonly operationsPerMinute?: number;
  /** Maps an error of the service's own to an `HttpProblem`; returns any other error unchanged. */
  readonly problemOf?: (error: unknown) => unknown;
  /** The detail of the 503 of a request that takes too long: what the client may assume then. */
  readonly timeoutDetail?: string;
  /** Answers requests that need no token, such as those for the files of a page. It passes on every other request. */
  readonly pages?: RequestHandler;
  /** Answers requests whose access was checked and that the API's document leaves out. It passes on every other request. */
  readonly forwards?: RequestHandler;
};

/** More than orchestrators, Prometheus and readers of the document need. */
const defaultOperationsPerMinute = 1_200;

/** The whole HTTP surface of an API; it never listens. The order of the middlewares is part of what it does: see the README. */
export const apiApp = <Services>(api: Api<Services>, options: ApiAppOptions<Services>): Express => {
  const { services, guard, logger, tracer, operationsApart = false, problemOf = (error) => error, timeoutDetail } = options;
  const { pages, forwards, operationsPerMinute = defaultOperationsPerMinute } = options;
  const app = newApp();
  app.set("trust proxy", guard.trustedProxies);
  app.use(correlationId(), securityHeaders(), traceRequests(tracer), requestLogger(logger), refuseRepeatedHeaders);
  app.use(...checkBrowser(guard), healthRoute());
  // Before the document, to which `/` leads where no page is.
  if (pages !== undefined) app.use(pages);
  if (!operationsApart) {
    const limit = limitClients({ requestsPerMinute: operationsPerMinute });
    app.use(operationalRoutes(options, limit), documentRoutes(api.document, limit));
  }
  app.use(personal, answerWithin(guard.requestTimeoutMs, timeoutDetail));
  if (guard.verifier !== undefined) app.use(ticketRouterOf(api.routes, guard));
  app.use(checkAccess(guard));
  if (forwards !== undefined) app.use(forwards);
  app.use(routerOf(api.routes, services));
  app.use(notFoundHandler, mapErrors(problemOf), problemHandler({ logger }));
  return app;
};

/** Health, readiness, metrics and the document of an API, for a port that only operators reach. */
export const operationsApp = (api: Pick<Api<never>, "document">, options: OperationalRoutesOptions): Express => {
  const app = newApp();
  app.use(correlationId(), securityHeaders(), refuseRepeatedHeaders);
  app.use(healthRoute(), operationalRoutes(options), documentRoutes(api.document));
  app.use(notFoundHandler, problemHandler(options));
  return app;
};

/** Without Express's own ETags: an answer's ETag is the version of what it shows. */
const newApp = (): Express => express().disable("x-powered-by").disable("etag");

/** Whatever a route answers, a problem included, is for its client: no shared cache may keep it, and the client asks again each time. */
const personal: RequestHandler = (_req, res, next) => {
  res.set("Cache-Control", "private, no-cache");
  next();
};

const mapErrors =
  (problemOf: (error: unknown) => unknown): ErrorRequestHandler =>
  // Express recognises an error handler by its four parameters.
  (error: unknown, _req, _res, next) =>
    next(problemOf(error));

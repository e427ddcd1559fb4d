import { type ApiGuard, checkAccess, documentRoutes, requestLogger, securityHeaders, traceRequests } from "@cart/http-kit";
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
import express, { type Express } from "express";
import { cartListRoutes } from "./cartLists/cartListRoutes.ts";
import { cartRoutes, type CartRoutesOptions } from "./carts/cartRoutes.ts";
import { funnelRoutes } from "./funnel/funnelRoutes.ts";
import { historyRoutes } from "./history/historyRoutes.ts";
import { databaseProblems } from "./http/databaseProblems.ts";
import { document } from "./openapi/document.ts";
import { policyRoutes } from "./policies/policyRoutes.ts";
import { streamRoutes, type StreamRoutesOptions } from "./stream/streamRoutes.ts";

export type AppOptions = CartRoutesOptions &
  StreamRoutesOptions &
  OperationalRoutesOptions & { readonly guard: ApiGuard; readonly logger: Logger; readonly tracer: Tracer };

/** The whole HTTP surface of the service; it never listens. */
export const createApp = (options: AppOptions): Express => {
  const app = express();
  app.disable("x-powered-by");
  // A cart has its own ETag, its version.
  app.disable("etag");
  app.set("trust proxy", options.guard.trustedProxies);
  app.use(correlationId(), securityHeaders(), traceRequests(options.tracer), requestLogger(options.logger));
  app.use(operationalRoutes(options), documentRoutes(document));
  app.use(answerWithin(options.guard.requestTimeout), checkAccess(options.guard));
  app.use(cartRoutes(options), historyRoutes(options), streamRoutes(options), cartListRoutes(options));
  app.use(policyRoutes(options), funnelRoutes(options));
  app.use(notFoundHandler, databaseProblems, problemHandler(options));
  return app;
};

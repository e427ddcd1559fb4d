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
import { cartRoutes, type CartRoutesOptions } from "./carts/cartRoutes.ts";
import { policyRoutes, type PolicyRoutesOptions } from "./policies/policyRoutes.ts";
import { document } from "./openapi/document.ts";

export type AppOptions = CartRoutesOptions &
  PolicyRoutesOptions &
  OperationalRoutesOptions & { readonly guard: ApiGuard; readonly logger: Logger; readonly tracer: Tracer };

/** The whole HTTP surface of the service; it never listens. */
export const createApp = (options: AppOptions): Express => {
  const app = express();
  app.disable("x-powered-by");
  // The answer to a command has its own ETag, the cart's version.
  app.disable("etag");
  app.set("trust proxy", options.guard.trustedProxies);
  app.use(correlationId(), securityHeaders(), traceRequests(options.tracer), requestLogger(options.logger));
  app.use(operationalRoutes(options), documentRoutes(document));
  app.use(answerWithin(options.guard.requestTimeout), checkAccess(options.guard));
  app.use(cartRoutes(options), policyRoutes(options));
  app.use(notFoundHandler, problemHandler(options));
  return app;
};

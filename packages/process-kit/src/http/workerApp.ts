import express, { type Express } from "express";
import type { Logger } from "../createLogger.ts";
import { correlationId } from "./correlationId.ts";
import { notFoundHandler } from "./notFoundHandler.ts";
import { operationalRoutes, type OperationalRoutesOptions } from "./operationalRoutes.ts";
import { problemHandler } from "./problemHandler.ts";

/** The whole HTTP surface of a worker: health, readiness and metrics, and a problem for everything else. It never listens. */
export const workerApp = (options: OperationalRoutesOptions & { readonly logger: Logger }): Express => {
  const app = express().disable("x-powered-by").disable("etag");
  app.use(correlationId(), operationalRoutes(options), notFoundHandler, problemHandler(options));
  return app;
};

import express, { type Express } from "express";
import { correlationId } from "./correlationId.ts";
import { notFoundHandler } from "./notFoundHandler.ts";
import { healthRoute, operationalRoutes, type OperationalRoutesOptions } from "./operationalRoutes.ts";
import { problemHandler } from "./problemHandler.ts";
import { refuseRepeatedHeaders } from "./refuseRepeatedHeaders.ts";

/** The whole HTTP surface of a worker: health, readiness and metrics, and a problem for everything else. It never listens. */
export const workerApp = (options: OperationalRoutesOptions): Express => {
  const app = express().disable("x-powered-by").disable("etag");
  app.use(correlationId(), refuseRepeatedHeaders, healthRoute(), operationalRoutes(options), notFoundHandler, problemHandler(options));
  return app;
};

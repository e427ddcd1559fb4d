import { type RequestHandler, Router } from "express";
import type { Registry } from "prom-client";
import type { Logger } from "../logs/createLogger.ts";
import { metricsText } from "../metrics/metricsText.ts";
import { methodNotAllowed } from "./methodNotAllowed.ts";
import { createReadiness, type ReadinessChecks } from "./readiness.ts";

export type OperationalRoutesOptions = {
  readonly registry: Registry;
  readonly readiness: ReadinessChecks;
  /** The `stopping` signal of `runService`: from then on /readyz is 503. */
  readonly stopping: AbortSignal;
  /** Sent by /readyz as the header Instance-Id: on one port, it tells one process from another. */
  readonly instanceId?: string | undefined;
  readonly logger: Logger;
};

export const operationalPaths: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

/** A router that takes a path only as it is written: `/metrics/` and `/METRICS` are other addresses. */
export const exactRouter = (): Router => Router({ caseSensitive: true, strict: true });

/** GET /healthz: 200 while the process serves. It checks no dependency, because a restart does not repair a database. */
export const healthRoute = (): Router => {
  const router = exactRouter();
  router
    .route("/healthz")
    .get((_req, res) => void res.set("Cache-Control", "no-store").json({ status: "ok" }))
    .all(methodNotAllowed("GET", "HEAD"));
  return router;
};

/**
 * - GET /readyz: 200 when every check passes within 2 s, else 503 with the reasons; 503 while stopping. Names the process.
 * - GET /metrics: the registry in Prometheus' text format, without the metrics whose source does not answer.
 *
 * `limit` is mounted before both on a port that strangers reach.
 */
export const operationalRoutes = (
  { registry, readiness, stopping, instanceId, logger }: OperationalRoutesOptions,
  ...limit: readonly RequestHandler[]
): Router => {
  const router = exactRouter();
  const get = (path: string, handle: RequestHandler) =>
    router
      .route(path)
      .get(...limit, handle)
      .all(methodNotAllowed("GET", "HEAD"));
  const check = createReadiness(readiness, logger);

  get("/readyz", async (_req, res) => {
    const { isReady, checks } = await check();
    if (instanceId !== undefined) res.set("Instance-Id", instanceId);
    const status = stopping.aborted ? "stopping" : isReady ? "ready" : "not ready";
    res
      .status(status === "ready" ? 200 : 503)
      .set("Cache-Control", "no-store")
      .json({ status, checks });
  });

  get("/metrics", async (_req, res) => {
    res.type(registry.contentType).send(await metricsText(registry, logger));
  });

  return router;
};

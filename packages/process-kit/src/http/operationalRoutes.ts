import { type RequestHandler, Router } from "express";
import type { Registry } from "prom-client";
import { metricsText } from "../metrics/metricsText.ts";
import { reasonOf } from "../reasonOf.ts";
import { within } from "../within.ts";
import { methodNotAllowed } from "./methodNotAllowed.ts";

/** Checks by the name of a dependency. A check rejects if its dependency cannot be used. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

export type OperationalRoutesOptions = {
  readonly registry: Registry;
  readonly readiness: ReadinessChecks;
  /** The `stopping` signal of `runService`: from then on /readyz is 503. */
  readonly stopping: AbortSignal;
  /** Sent by /readyz as the header Instance-Id: on one port, it tells one process from another. */
  readonly instanceId?: string | undefined;
};

const checkTimeoutMs = 2_000;

export const operationalPaths: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

/**
 * - GET /healthz: 200 while the process serves. It checks no dependency, because a restart does not repair a database.
 * - GET /readyz: 200 when every check passes within 2 s, else 503 with the reasons; 503 while stopping. Names the process.
 * - GET /metrics: the registry in Prometheus' text format, without the metrics whose source does not answer.
 */
export const operationalRoutes = ({ registry, readiness, stopping, instanceId }: OperationalRoutesOptions): Router => {
  const router = Router();
  const get = (path: string, handle: RequestHandler) => router.route(path).get(handle).all(methodNotAllowed("GET", "HEAD"));

  get("/healthz", (_req, res) => {
    res.set("Cache-Control", "no-store").json({ status: "ok" });
  });

  get("/readyz", async (_req, res) => {
    const results = await Promise.all(
      Object.entries(readiness).map(async ([name, check]): Promise<[string, string]> => [name, await outcomeOf(check)]),
    );
    if (instanceId !== undefined) res.set("Instance-Id", instanceId);
    const status = stopping.aborted ? "stopping" : results.every(([, outcome]) => outcome === "ok") ? "ready" : "not ready";
    res
      .status(status === "ready" ? 200 : 503)
      .set("Cache-Control", "no-store")
      .json({ status, checks: Object.fromEntries(results) });
  });

  get("/metrics", async (_req, res) => {
    res.type(registry.contentType).send(await metricsText(registry));
  });

  return router;
};

const outcomeOf = async (check: () => Promise<void>): Promise<string> => {
  try {
    await within(checkTimeoutMs, check());
    return "ok";
  } catch (error) {
    return reasonOf(error);
  }
};

import { type Logger, correlationIdOf, operationalPaths } from "@cart/process-kit";
import type { Request, RequestHandler, Response } from "express";

/**
 * Logs one line for each answered request. Mount it after `correlationId()`.
 *
 * A line names the route's pattern and not the path, which may hold a user's id,
 * nor the query: the correlation id leads to the rest.
 */
export const requestLogger =
  (logger: Logger): RequestHandler =>
  (req, res, next) => {
    const started = performance.now();
    res.on("close", () => {
      const level = levelOf(res);
      if (!logger.isLevelEnabled(level) || operationalPaths.has(req.path)) return;
      logger[level](lineOf(req, res, Math.round(performance.now() - started)), "request");
    });
    next();
  };

/**
 * Success is `debug`: at thousands of requests a second a line for each costs
 * more than the handler, and the metrics count them. A client's error is `info`,
 * for whoever helps the client, and only the server's own fault is `error`.
 */
const levelOf = (res: Response): "debug" | "info" | "error" => {
  if (res.statusCode >= 500) return "error";
  return res.statusCode >= 400 || !res.writableFinished ? "info" : "debug";
};

const lineOf = (req: Request, res: Response, milliseconds: number): object => ({
  correlation_id: correlationIdOf(res),
  method: req.method,
  route: routeOf(req),
  status: res.statusCode,
  duration_ms: milliseconds,
  ...(res.writableFinished ? {} : { aborted: true }),
});

const routeOf = (req: Request): string => {
  const route: unknown = req.route;
  if (typeof route !== "object" || route === null || !("path" in route)) return "none";
  return `${req.baseUrl}${String(route.path)}`;
};

import { type Logger, limitLines, loggedCorrelationId, operationalPaths } from "@cart/process-kit";
import type { Request, RequestHandler, Response } from "express";
import { matchedRoute } from "./matchedRoute.ts";

/**
 * Logs a line for each answered request, up to a limit: a flood of refused requests is counted and not listed. Mount it after
 * `correlationId()`.
 *
 * A line names the route's pattern, and neither the path, which may hold a user's id,
 * nor the query: the correlation id leads to the rest.
 */
export const requestLogger = (logger: Logger): RequestHandler => {
  const writeLine = limitLines(logger);
  return (req, res, next) => {
    const started = performance.now();
    res.on("close", () => {
      const level = levelOf(res);
      if (!logger.isLevelEnabled(level) || operationalPaths.has(req.path)) return;
      const line = lineOf(req, res, Math.round(performance.now() - started));
      if (level === "debug") logger.debug(line, message);
      else writeLine({ level, kind: `${line.method} ${line.route} ${line.status}`, line, message });
    });
    next();
  };
};

const message = "request";

/**
 * Success is `debug`: at thousands of requests a second a line for each costs
 * more than the handler, and the metrics count them. A client's error is `info`,
 * for whoever helps the client. A 503 is `warn`, because it asks the client to try again, and only the server's own fault is `error`.
 */
const levelOf = (res: Response): "debug" | "info" | "warn" | "error" => {
  if (res.statusCode === 503) return "warn";
  if (res.statusCode >= 500) return "error";
  return res.statusCode >= 400 || !res.writableFinished ? "info" : "debug";
};

type RequestLine = {
  readonly correlation_id: string | undefined;
  readonly duration_ms: number;
  readonly method: string;
  readonly route: string;
  readonly status: number;
};

const lineOf = (req: Request, res: Response, milliseconds: number): RequestLine => ({
  correlation_id: loggedCorrelationId(res),
  method: req.method,
  route: matchedRoute(req) ?? "none",
  status: res.statusCode,
  duration_ms: milliseconds,
  ...(res.writableFinished ? {} : { aborted: true }),
});

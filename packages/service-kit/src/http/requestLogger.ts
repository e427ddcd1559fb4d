import type { Request, RequestHandler, Response } from "express";
import { pinoHttp } from "pino-http";
import type { Logger } from "../createLogger.ts";
import { correlationIdOf } from "./correlationId.ts";
import { operationalPaths } from "./operationalRoutes.ts";

/**
 * Logs one line for each answered request and gives handlers `req.log`, whose
 * lines have the correlation id. Mount it after `correlationId()`.
 *
 * A line names the route's pattern and not the path, which may hold a user's id,
 * nor the query: the correlation id leads to the rest.
 */
export const requestLogger = (logger: Logger): RequestHandler =>
  pinoHttp<Request, Response>({
    logger,
    customLogLevel: (_req, res) => levelOf(res),
    genReqId: (_req, res) => correlationIdOf(res),
    customAttributeKeys: { reqId: "correlation_id" },
    customSuccessObject: lineOf,
    // Not with an error: the one that caused a 500 is logged by `problemHandler`.
    customErrorObject: (req, res, _error, line: Timed) => lineOf(req, res, line),
    customSuccessMessage: () => "request",
    customErrorMessage: () => "request",
    autoLogging: { ignore: (req) => operationalPaths.has(req.path) },
    // pino-http makes a logger with the whole request for each request, used or not: this keeps it from writing out the headers.
    wrapSerializers: false,
    serializers: { req: () => undefined },
    quietReqLogger: true,
    quietResLogger: true,
  });

/**
 * Success is `debug`: at thousands of requests a second a line for each costs
 * more than the handler, and the metrics count them. A client's error is `info`,
 * for whoever helps the client, and only the server's own fault is `error`.
 */
const levelOf = (res: Response): "debug" | "info" | "error" => {
  if (res.statusCode >= 500) return "error";
  return res.statusCode >= 400 || !res.writableFinished ? "info" : "debug";
};

type Timed = { readonly responseTime?: number };

const lineOf = (req: Request, res: Response, { responseTime }: Timed): object => ({
  method: req.method,
  route: routeOf(req),
  status: res.statusCode,
  duration_ms: responseTime,
  ...(res.writableFinished ? {} : { aborted: true }),
});

const routeOf = (req: Request): string => {
  const route: unknown = req.route;
  if (typeof route !== "object" || route === null || !("path" in route)) return "none";
  return `${req.baseUrl}${String(route.path)}`;
};

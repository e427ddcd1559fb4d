import { noTracer, parseTraceparent, type Tracer, operationalPaths } from "@cart/process-kit";
import type { RequestHandler, Response } from "express";
import { matchedRoute } from "./matchedRoute.ts";

/**
 * Gives each request a span that continues the caller's W3C trace and is named for its method and route. Mount it
 * before the routes. Requests for health and metrics have no span.
 */
export const traceRequests =
  (tracer: Tracer): RequestHandler =>
  (req, res, next) => {
    const header = req.get("traceparent");
    const parent = header !== undefined && parseTraceparent(header) !== undefined ? header : undefined;
    if (tracer === noTracer || operationalPaths.has(req.path)) {
      res.locals["traceparent"] = parent;
      next();
      return;
    }
    const span = tracer.startSpan(req.method, { kind: "server", parent, attributes: { "http.request.method": req.method } });
    res.locals["traceparent"] = span.traceparent;
    res.once("close", () => {
      // Express has chosen the route only by now.
      const route = matchedRoute(req);
      if (route !== undefined) {
        span.setName(`${req.method} ${route}`);
        span.setAttribute("http.route", route);
      }
      span.setAttribute("http.response.status_code", res.statusCode);
      span.end(res.statusCode >= 500 ? `status ${res.statusCode}` : undefined);
    });
    next();
  };

/** Returns the W3C traceparent for the work that this request causes: its span's, or the caller's while tracing is off. */
export const traceparentOf = (res: Response): string | undefined => {
  const traceparent: unknown = res.locals["traceparent"];
  return typeof traceparent === "string" ? traceparent : undefined;
};

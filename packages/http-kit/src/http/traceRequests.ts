import { noTracer, parseTraceparent, type Tracer, operationalPaths } from "@cart/process-kit";
import type { RequestHandler, Response } from "express";

/**
 * Gives each request a span that continues the caller's W3C trace. Mount it before
 * the routes. Health and metrics routes have none.
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
      // Known only now. The pattern and not the path, which names a cart.
      const route: unknown = req.route;
      if (typeof route === "object" && route !== null && "path" in route) span.setAttribute("http.route", String(route.path));
      span.setAttribute("http.response.status_code", res.statusCode);
      span.end(res.statusCode >= 500 ? `status ${res.statusCode}` : undefined);
    });
    next();
  };

/** The W3C traceparent of what this request causes: its span's, or the caller's while tracing is off. */
export const traceparentOf = (res: Response): string | undefined => {
  const traceparent: unknown = res.locals["traceparent"];
  return typeof traceparent === "string" ? traceparent : undefined;
};

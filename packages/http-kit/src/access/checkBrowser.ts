import { HttpProblem, type ProblemKind } from "@cart/process-kit";
import cors from "cors";
import type { Request, RequestHandler } from "express";
import type { ApiGuard } from "./apiGuard.ts";
import { isLoopback } from "./loopback.ts";

const foreignHost: ProblemKind = { status: 403, type: "/problems/foreign-host", title: "The request is not for this service" };
const foreignOrigin: ProblemKind = { status: 403, type: "/problems/foreign-origin", title: "The page may not use this service" };

export type CheckBrowserOptions = Pick<ApiGuard, "policy" | "corsOrigins">;

/**
 * Lets the pages of the configured origins use the API, and keeps every other page from using an API that checks no tokens: the
 * address of a request, which on a network protects it, says nothing when a browser on this machine sends it.
 */
export const checkBrowser = ({ policy, corsOrigins }: CheckBrowserOptions): RequestHandler[] => [
  ...(policy.kind === "unchecked" && policy.loopbackOnly ? [requireLoopbackHost] : []),
  ...(policy.kind === "unchecked" ? [requireKnownOrigin(corsOrigins)] : []),
  ...(corsOrigins.length === 0 ? [] : [allowOrigins(corsOrigins)]),
];

/**
 * A page whose own name was made to lead to this machine (DNS rebinding) counts as the same origin for its browser; its name is in `Host`,
 * or in a target in absolute form, which counts more than `Host` (RFC 9112, 3.2.2).
 */
const requireLoopbackHost: RequestHandler = (req, _res, next) => {
  const [, authority] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(req.originalUrl) ?? [];
  const hosts = [req.headers.host, authority].filter((host) => host !== undefined);
  if (!hosts.every((host) => isLoopback(host.replace(/:\d*$/, "")))) {
    throw new HttpProblem({
      ...foreignHost,
      detail: "this service checks no tokens, so it answers to localhost and addresses of this machine only",
    });
  }
  next();
};

/** A browser names the page that sends a request, unless it only shows the answer of a GET in the page. */
const requireKnownOrigin =
  (corsOrigins: readonly string[]): RequestHandler =>
  (req, _res, next) => {
    const { origin } = req.headers;
    if (origin !== undefined && !corsOrigins.includes(origin) && !isSameOrigin(origin, req)) {
      throw new HttpProblem({
        ...foreignOrigin,
        detail: "this service checks no tokens, so it takes requests of its own pages and of those in CORS_ORIGINS only",
      });
    }
    next();
  };

const isSameOrigin = (origin: string, req: Request): boolean => origin.replace(/^https?:\/\//, "") === req.headers.host;

const allowOrigins = (origins: readonly string[]): RequestHandler =>
  cors({
    origin: [...origins],
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders: [
      "Authorization",
      "Content-Type",
      "Idempotency-Key",
      "If-Match",
      "If-None-Match",
      "Last-Event-ID",
      "X-Correlation-Id",
      "traceparent",
    ],
    exposedHeaders: [
      "ETag",
      "Idempotency-Replayed",
      "Retry-After",
      "WWW-Authenticate",
      "X-Correlation-Id",
      "RateLimit",
      "RateLimit-Policy",
    ],
    // Seconds for which a browser need not ask again.
    maxAge: 600,
  });

import { HttpProblem, type HttpProblemInit } from "@cart/process-kit";

export const adminScope = "carts:admin";

/** What a request may be refused with before its route has a look at it. */
export const accessProblems = {
  unauthorized: { status: 401, type: "/problems/unauthorized", title: "The request needs a valid token" },
  forbidden: { status: 403, type: "/problems/forbidden", title: "The token does not allow this" },
  rateLimited: { status: 429, type: "/problems/rate-limited", title: "The client sends too many requests" },
  keysUnavailable: { status: 503, type: "/problems/unavailable", title: "The service is not available" },
} as const satisfies Readonly<Record<string, Pick<HttpProblemInit, "status" | "type" | "title">>>;

/** RFC 6750, 3.1: a request that brought no token is told no error code. */
export const tokenMissing = (): HttpProblem =>
  new HttpProblem({
    ...accessProblems.unauthorized,
    detail: "send a token: Authorization: Bearer …",
    headers: { "WWW-Authenticate": 'Bearer realm="carts"' },
  });

/** `reason` goes into a quoted header: plain ASCII without quotes. */
export const tokenInvalid = (reason: string, options?: ErrorOptions): HttpProblem =>
  new HttpProblem(
    {
      ...accessProblems.unauthorized,
      detail: reason,
      headers: { "WWW-Authenticate": `Bearer realm="carts", error="invalid_token", error_description="${reason}"` },
    },
    options,
  );

/** The token is valid, and what was asked for is beyond it. */
export const forbidden = (detail: string): HttpProblem =>
  new HttpProblem({
    ...accessProblems.forbidden,
    detail,
    headers: { "WWW-Authenticate": `Bearer realm="carts", error="insufficient_scope", scope="${adminScope}"` },
  });

export const keysUnavailable = (cause: unknown): HttpProblem =>
  new HttpProblem(
    { ...accessProblems.keysUnavailable, detail: "the keys of the tokens' issuer cannot be read", headers: { "Retry-After": "1" } },
    { cause },
  );

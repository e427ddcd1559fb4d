import { HttpProblem, type HttpProblemInit, rateLimited } from "@cart/process-kit";

/** The problems with which a request may be refused before its route sees it. */
export const accessProblems = {
  unauthorized: { status: 401, type: "/problems/unauthorized", title: "The request needs a valid token" },
  forbidden: { status: 403, type: "/problems/forbidden", title: "The token does not allow this" },
  rateLimited,
  keysUnavailable: { status: 503, type: "/problems/unavailable", title: "The service is not available" },
} as const satisfies Readonly<Record<string, Pick<HttpProblemInit, "status" | "type" | "title">>>;

/** RFC 6750, 3.1: a request without a token is told no error code. */
export const tokenMissing = (realm: string): HttpProblem =>
  new HttpProblem({
    ...accessProblems.unauthorized,
    detail: "send a token: Authorization: Bearer …",
    headers: { "WWW-Authenticate": `Bearer realm="${realm}"` },
  });

/** `reason` goes into a quoted header: plain ASCII without quotes. */
export const tokenInvalid = (realm: string, reason: string, options?: ErrorOptions): HttpProblem =>
  new HttpProblem(
    {
      ...accessProblems.unauthorized,
      detail: reason,
      headers: { "WWW-Authenticate": `Bearer realm="${realm}", error="invalid_token", error_description="${reason}"` },
    },
    options,
  );

export type ForbiddenInit = {
  readonly realm: string;
  /** The scope that would allow the request. */
  readonly scope: string;
  readonly detail: string;
  /** The fields that the request must not have with this token. */
  readonly fields?: readonly string[] | undefined;
};

/** The 403 of a request whose token is valid but does not allow it. */
export const forbidden = ({ realm, scope, detail, fields }: ForbiddenInit): HttpProblem =>
  new HttpProblem({
    ...accessProblems.forbidden,
    detail,
    members: fields === undefined ? {} : { errors: fields.map((field) => ({ field, message: detail })) },
    headers: { "WWW-Authenticate": `Bearer realm="${realm}", error="insufficient_scope", scope="${scope}"` },
  });

/** `noun` is what the keys have signed: "token". */
export const keysUnavailable = (noun: string, cause: unknown): HttpProblem =>
  new HttpProblem(
    { ...accessProblems.keysUnavailable, detail: `the keys that verify a ${noun} cannot be read`, headers: { "Retry-After": "1" } },
    { cause },
  );

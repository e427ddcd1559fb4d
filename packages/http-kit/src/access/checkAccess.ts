import { HttpProblem } from "@cart/process-kit";
import type { Request, RequestHandler } from "express";
import type { ApiGuard } from "./apiGuard.ts";
import { tokenInvalid, tokenMissing } from "./accessProblems.ts";
import { limitRate } from "./limitRate.ts";
import { accessOf, type AccessOutcome, hasOutcome, setOutcome, setVerifier } from "./requestAccess.ts";
import type { TokenVerifier } from "./tokenVerifier.ts";

export type CheckAccessOptions = Pick<ApiGuard, "verifier" | "realm" | "requestsPerMinute">;

/**
 * Refuses requests without a valid token, and clients that send too many requests (0 for no limit).
 * Mount it after the routes that need no token and before the others; their handlers call `accessOf`.
 */
export const checkAccess = ({ verifier, realm, requestsPerMinute }: CheckAccessOptions): RequestHandler[] => [
  verifier === undefined ? letEveryone : identify(verifier, realm),
  // Before a bad token is refused, so that guessing is limited as well.
  ...(requestsPerMinute === 0 ? [] : [limitRate(requestsPerMinute)]),
  refuseUnidentified,
];

const letEveryone: RequestHandler = (_req, res, next) => {
  setOutcome(res, "unchecked");
  setVerifier(res, async () => "unchecked");
  next();
};

const identify =
  (verifier: TokenVerifier, realm: string): RequestHandler =>
  async (req, res, next) => {
    setVerifier(res, async (token) => verifier.actorOf(token));
    // A request with a ticket is identified already.
    if (!hasOutcome(res)) setOutcome(res, await outcomeOf(req, verifier, realm));
    next();
  };

const outcomeOf = async (req: Request, verifier: TokenVerifier, realm: string): Promise<AccessOutcome> => {
  try {
    return await verifier.actorOf(bearerToken(req, realm));
  } catch (error) {
    if (error instanceof HttpProblem) return error;
    throw error;
  }
};

const refuseUnidentified: RequestHandler = (_req, res, next) => {
  accessOf(res);
  next();
};

/** RFC 6750, 2.1. */
const bearerToken = (req: Request, realm: string): string => {
  const [, scheme, token = ""] = /^(\S+) *(.*)$/.exec(req.get("Authorization") ?? "") ?? [];
  if (scheme?.toLowerCase() !== "bearer") throw tokenMissing(realm);
  if (!/^[\w.~+/-]+=*$/.test(token)) throw tokenInvalid(realm, "the token is malformed");
  return token;
};

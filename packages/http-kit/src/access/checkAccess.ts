import { HttpProblem } from "@cart/process-kit";
import type { Request, RequestHandler } from "express";
import type { ApiGuard } from "./apiGuard.ts";
import { tokenInvalid, tokenMissing } from "./accessProblems.ts";
import { limitRate } from "./limitRate.ts";
import { accessOf, type AccessOutcome, setOutcome } from "./requestAccess.ts";
import { createTokenVerifier, type TokenVerifier } from "./tokenVerifier.ts";

export type CheckAccessOptions = Pick<ApiGuard, "policy" | "tokens" | "requestsPerMinute">;

/**
 * Refuses requests without a valid token, and clients that send too many requests (0 for no limit).
 * Mount it after the routes that need no token and before the others; their handlers call `accessOf`.
 */
export const checkAccess = ({ policy, tokens, requestsPerMinute }: CheckAccessOptions): RequestHandler[] => [
  policy.kind === "unchecked" ? letEveryone : identify(createTokenVerifier(policy, tokens), tokens.realm),
  // Before a bad token is refused, so that guessing is limited as well.
  ...(requestsPerMinute === 0 ? [] : [limitRate(requestsPerMinute)]),
  refuseUnidentified,
];

const letEveryone: RequestHandler = (_req, res, next) => {
  setOutcome(res, "unchecked");
  next();
};

const identify =
  (verifier: TokenVerifier, realm: string): RequestHandler =>
  async (req, res, next) => {
    setOutcome(res, await outcomeOf(req, verifier, realm));
    next();
  };

const outcomeOf = async (req: Request, { known, verify }: TokenVerifier, realm: string): Promise<AccessOutcome> => {
  try {
    const token = bearerToken(req, realm);
    return known(token) ?? (await verify(token));
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

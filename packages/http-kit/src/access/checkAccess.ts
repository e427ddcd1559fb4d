import { HttpProblem } from "@cart/process-kit";
import type { Request, RequestHandler } from "express";
import type { AccessPolicy } from "./accessPolicy.ts";
import { tokenInvalid, tokenMissing } from "./accessProblems.ts";
import { limitRate } from "./limitRate.ts";
import { accessOf, type AccessOutcome, setOutcome } from "./requestAccess.ts";
import { createTokenVerifier, type TokenVerifier } from "./tokenVerifier.ts";

export type CheckAccessOptions = {
  readonly policy: AccessPolicy;
  /** Most requests of one client; 0 for any number. */
  readonly requestsPerMinute: number;
};

/**
 * Lets requests through that bring a valid token, and no client that sends too many.
 * Mount it after what needs no token and before the routes; they ask `accessOf`.
 */
export const checkAccess = ({ policy, requestsPerMinute }: CheckAccessOptions): RequestHandler[] => [
  policy.kind === "unchecked" ? letEverybody : identify(createTokenVerifier(policy)),
  // Before a bad token is refused, so that trying is limited as well.
  ...(requestsPerMinute === 0 ? [] : [limitRate(requestsPerMinute)]),
  refuseUnidentified,
];

const letEverybody: RequestHandler = (_req, res, next) => {
  setOutcome(res, "unchecked");
  next();
};

const identify =
  (verifier: TokenVerifier): RequestHandler =>
  async (req, res, next) => {
    setOutcome(res, await outcomeOf(req, verifier));
    next();
  };

const outcomeOf = async (req: Request, { known, verify }: TokenVerifier): Promise<AccessOutcome> => {
  try {
    const token = bearerToken(req);
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
const bearerToken = (req: Request): string => {
  const [, scheme, token = ""] = /^(\S+) *(.*)$/.exec(req.get("Authorization") ?? "") ?? [];
  if (scheme?.toLowerCase() !== "bearer") throw tokenMissing();
  if (!/^[\w.~+/-]+=*$/.test(token)) throw tokenInvalid("the token is malformed");
  return token;
};

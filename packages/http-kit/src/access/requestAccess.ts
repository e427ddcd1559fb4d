import { HttpProblem } from "@cart/process-kit";
import type { Response } from "express";
import type { Access, Actor } from "./access.ts";

/** For whom the request may act. Throws the 401 of a request without a valid token. */
export const accessOf = (res: Response): Access => {
  const found = outcomeOf(res);
  if (found === undefined) throw new Error("the request was not authenticated: mount checkAccess() before this handler");
  if (found instanceof HttpProblem) throw found;
  return found;
};

/** The request's actor, if it brought a valid token. */
export const findActor = (res: Response): Actor | undefined => {
  const found = outcomeOf(res);
  return found === undefined || found === "unchecked" || found instanceof HttpProblem ? undefined : found;
};

/** Verifies a token. Rejects with the `HttpProblem` of a token that is not valid. */
export type VerifyToken = (token: string) => Promise<Access>;

/** Verifies a token that the request brings besides its own. A service that checks no tokens does not read it. */
export const accessOfToken = async (res: Response, token: string): Promise<Access> => {
  const verify = res.locals[verifierLocal] as VerifyToken | undefined;
  if (verify === undefined) throw new Error("the request was not authenticated: mount checkAccess() before this handler");
  return verify(token);
};

export const setVerifier = (res: Response, verify: VerifyToken): void => {
  res.locals[verifierLocal] = verify;
};

const verifierLocal = "verifyToken";

/** The result of checking the request's token: its access, or the problem with which it is refused. */
export type AccessOutcome = Access | HttpProblem;

export const setOutcome = (res: Response, outcome: AccessOutcome): void => {
  res.locals[local] = outcome;
};

export const hasOutcome = (res: Response): boolean => outcomeOf(res) !== undefined;

const local = "access";

/** Only `setOutcome` writes it. */
const outcomeOf = (res: Response): AccessOutcome | undefined => res.locals[local] as AccessOutcome | undefined;

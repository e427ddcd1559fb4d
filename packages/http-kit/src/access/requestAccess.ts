import { HttpProblem } from "@cart/process-kit";
import type { Response } from "express";
import type { Access, Actor } from "./access.ts";

/** Who the request may act for. Throws the 401 of a request that has no valid token. */
export const accessOf = (res: Response): Access => {
  const found = outcomeOf(res);
  if (found === undefined) throw new Error("nobody has looked who sends the request: mount checkAccess() before this handler");
  if (found instanceof HttpProblem) throw found;
  return found;
};

/** The request's actor, when there is one. */
export const findActor = (res: Response): Actor | undefined => {
  const found = outcomeOf(res);
  return found === undefined || found === "unchecked" || found instanceof HttpProblem ? undefined : found;
};

/** What looking for the request's token came to: an access, or why it is refused. */
export type AccessOutcome = Access | HttpProblem;

export const setOutcome = (res: Response, outcome: AccessOutcome): void => {
  res.locals[local] = outcome;
};

const local = "access";

/** Only `setOutcome` writes it. */
const outcomeOf = (res: Response): AccessOutcome | undefined => res.locals[local] as AccessOutcome | undefined;

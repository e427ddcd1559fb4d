import { timeoutProblem } from "@cart/process-kit";
import { Type } from "typebox";
import { accessProblems } from "../access/accessProblems.ts";
import { retryLater, type DescribedProblem, type Operation, type Operations } from "./operation.ts";

/** What tells how to authenticate (RFC 9110, 11.6.1). */
const challenge = Type.Object({ "WWW-Authenticate": Type.String({ pattern: "^Bearer " }) });

/** For the operations that a valid token may still be refused for. */
export const forbiddenProblem: DescribedProblem = { ...accessProblems.forbidden, headers: challenge };

const ofGuards: readonly DescribedProblem[] = [
  { ...accessProblems.unauthorized, headers: challenge },
  { ...accessProblems.rateLimited, headers: retryLater },
  { ...accessProblems.keysUnavailable, headers: retryLater },
  { ...timeoutProblem, headers: retryLater },
];

/** Operations whose routes are behind `checkAccess` and `answerWithin`, which may answer before they do. */
export const guarded = (operations: Operations): Operations =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]): [string, Operation] => [
      name,
      { ...operation, isGuarded: true, problems: [...operation.problems, ...ofGuards] },
    ]),
  );

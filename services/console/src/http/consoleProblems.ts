import { type DescribedProblem, retryLater } from "@cart/http-kit";
import { isUnavailable } from "@cart/mysql";
import { HttpProblem, type ProblemKind } from "@cart/process-kit";

const unavailable: ProblemKind = { status: 503, type: "/problems/unavailable", title: "The service is not available" };

/** A part of the system that the console asks does not answer. */
export const partAway = (part: string, cause: unknown): HttpProblem =>
  new HttpProblem({ ...unavailable, detail: `${part} does not answer`, headers: { "Retry-After": "1" } }, { cause });

/** Maps the error of a database that is away to a 503; returns any other error unchanged. */
export const consoleProblem = (error: unknown): unknown => (isUnavailable(error) ? partAway("MySQL", error) : error);

/** The problems of every route that reads a database. */
export const databaseProblems: readonly DescribedProblem[] = [{ ...unavailable, headers: retryLater }];

export const notFoundKind: ProblemKind = {
  status: 404,
  type: "/problems/repair-not-found",
  title: "There is nothing to repair here",
};

/** What another tenant's token asks for is answered as what does not exist. */
export const nothingToRepair = (detail: string): HttpProblem => new HttpProblem({ ...notFoundKind, detail });

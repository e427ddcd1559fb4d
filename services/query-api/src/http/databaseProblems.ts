import { isUnavailable } from "@cart/mysql";
import { HttpProblem, type ProblemKind } from "@cart/process-kit";
import { DatabaseUnavailableError } from "../database/readOnlyDatabase.ts";

export const databaseUnavailable: ProblemKind = { status: 503, type: "/problems/unavailable", title: "The service is not available" };

/** Maps the error of a database that is away to a 503, on any route; returns any other error unchanged. */
export const databaseProblem = (error: unknown): unknown =>
  error instanceof DatabaseUnavailableError || isUnavailable(error)
    ? new HttpProblem({ ...databaseUnavailable, headers: { "Retry-After": "1" } }, { cause: error })
    : error;

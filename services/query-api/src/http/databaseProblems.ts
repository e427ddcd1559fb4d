import { HttpProblem, type ProblemKind } from "@cart/process-kit";
import type { ErrorRequestHandler } from "express";
import { DatabaseUnavailableError } from "../database/readOnlyDatabase.ts";

export const databaseUnavailable: ProblemKind = { status: 503, type: "/problems/unavailable", title: "The service is not available" };

/** Makes a 503 of a database that is away, on any route. Mount it after the routes and before `problemHandler`. */
// Express knows an error handler by its four parameters.
export const databaseProblems: ErrorRequestHandler = (error: unknown, _req, _res, next) =>
  next(error instanceof DatabaseUnavailableError ? unavailable(error) : error);

const unavailable = (cause: Error): HttpProblem => new HttpProblem({ ...databaseUnavailable, headers: { "Retry-After": "1" } }, { cause });

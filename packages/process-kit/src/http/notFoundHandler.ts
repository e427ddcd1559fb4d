import type { RequestHandler } from "express";
import { HttpProblem } from "./httpProblem.ts";
import { commonProblems } from "./problemKind.ts";

/** Answers 404 for a path that no route took. Mount it after the routes and before `problemHandler`. */
export const notFoundHandler: RequestHandler = () => {
  throw new HttpProblem(commonProblems.notFound);
};

import type { RequestHandler } from "express";
import { HttpProblem } from "./httpProblem.ts";
import { commonProblems } from "./problemKind.ts";

/** Answers 404 if no route has answered. Mount it after the routes and before `problemHandler`. */
export const notFoundHandler: RequestHandler = (req) => {
  // A route that passed the request on is not the request's route, although Express still says so.
  req.route = undefined;
  throw new HttpProblem(commonProblems.notFound);
};

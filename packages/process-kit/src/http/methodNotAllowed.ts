import type { RequestHandler } from "express";
import { HttpProblem } from "./httpProblem.ts";
import { commonProblems } from "./problemKind.ts";

/** Answers 405: `router.route("/carts/:id").get(show).all(methodNotAllowed("GET"))`, last on its route. */
export const methodNotAllowed =
  (...allowed: readonly [string, ...string[]]): RequestHandler =>
  (req) => {
    throw new HttpProblem({
      ...commonProblems.methodNotAllowed,
      detail: `${req.method} is not allowed here, only ${allowed.join(", ")}`,
      headers: { Allow: allowed.join(", ") },
    });
  };

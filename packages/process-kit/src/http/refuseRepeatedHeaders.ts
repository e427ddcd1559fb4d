import type { RequestHandler } from "express";
import { HttpProblem } from "./httpProblem.ts";
import { commonProblems } from "./problemKind.ts";

/** Headers that say for whom, to whom and of what kind a request is. Node.js uses the first of several, and a proxy may have checked another. */
const single: ReadonlySet<string> = new Set(["host", "authorization", "content-type"]);

/** Answers 400 for a request with two `Host`, `Authorization` or `Content-Type` headers (RFC 9112, 3.2; RFC 9110, 5.3). */
export const refuseRepeatedHeaders: RequestHandler = ({ rawHeaders }, _res, next) => {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    if (!single.has(name)) continue;
    if (seen.has(name)) throw new HttpProblem({ ...commonProblems.badRequest, detail: `the request has the header ${name} twice` });
    seen.add(name);
  }
  next();
};

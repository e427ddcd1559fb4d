import { HttpProblem } from "@cart/process-kit";
import type { RequestHandler } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import { accessProblems } from "./accessProblems.ts";
import { findActor } from "./requestAccess.ts";

/**
 * Limits the requests a minute of one client to this process: of a user, or of an address
 * as long as the request has no valid token. Further requests get 429 with `Retry-After`.
 */
export const limitRate = (requestsPerMinute: number): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: requestsPerMinute,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    // Its checks write to the console.
    validate: false,
    keyGenerator: (req, res) => {
      const actor = findActor(res);
      return actor === undefined ? ipKeyGenerator(req.ip ?? "") : JSON.stringify([actor.tenantId, actor.userId]);
    },
    handler: (_req, _res, next) => next(new HttpProblem(accessProblems.rateLimited)),
  });

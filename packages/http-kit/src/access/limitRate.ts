import { HttpProblem } from "@cart/process-kit";
import type { RequestHandler } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import { accessProblems } from "./accessProblems.ts";
import { findActor } from "./requestAccess.ts";

/**
 * At most so many requests a minute from one client, in this process: from a user, or
 * from an address while nobody is known. More get 429, which says when to come again.
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

import type { Request, RequestHandler, Response } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import { HttpProblem } from "./httpProblem.ts";

export const rateLimited = { status: 429, type: "/problems/rate-limited", title: "Too many requests" } as const;

export type ClientLimit = {
  readonly requestsPerMinute: number;
  /** Whose request it is; the client's address by default. */
  readonly clientOf?: (req: Request, res: Response) => string | undefined;
};

/** Limits the requests a minute of one client to this process. Further requests get 429 with `Retry-After`. */
export const limitClients = ({ requestsPerMinute, clientOf = () => undefined }: ClientLimit): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: requestsPerMinute,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    // Its checks write to the console.
    validate: false,
    keyGenerator: (req, res) => clientOf(req, res) ?? ipKeyGenerator(req.ip ?? ""),
    handler: (_req, _res, next) => next(new HttpProblem(rateLimited)),
  });

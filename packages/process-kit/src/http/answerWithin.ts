import type { RequestHandler, Response } from "express";
import { HttpProblem } from "./httpProblem.ts";
import { sendProblem } from "./sendProblem.ts";

const timedOut = new WeakSet<Response>();

/**
 * Answers 503 for a handler that takes longer than `timeoutMs`. An answer that has begun by then may go on, as a stream
 * does. The handler is not stopped: `detail` tells the client what it may assume.
 */
export const answerWithin =
  (timeoutMs: number, detail?: string): RequestHandler =>
  (_req, res, next) => {
    const timer = setTimeout(() => {
      if (res.headersSent) return;
      timedOut.add(res);
      sendProblem(res, tookTooLong(detail));
    }, timeoutMs);
    res.once("close", () => clearTimeout(timer));
    next();
  };

/** Whether the request got the 503 of `answerWithin`: its handler's own answer comes too late. */
export const wasAnsweredWithin = (res: Response): boolean => timedOut.has(res);

export const timeoutProblem = { status: 503, type: "/problems/timeout", title: "The request took too long" } as const;

const tookTooLong = (detail: string | undefined): HttpProblem =>
  new HttpProblem({
    ...timeoutProblem,
    detail,
    headers: { "Retry-After": "1" },
  });

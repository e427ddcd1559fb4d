import type { RequestHandler, Response } from "express";
import { HttpProblem } from "./httpProblem.ts";
import { sendProblem } from "./sendProblem.ts";

const timedOut = new WeakSet<Response>();

/**
 * Answers 503 for a handler that takes longer, in milliseconds. An answer that has
 * begun by then may go on, as a stream does. What the handler still does has no
 * effect on the answer, but a command may be carried out.
 */
export const answerWithin =
  (timeout: number): RequestHandler =>
  (_req, res, next) => {
    const timer = setTimeout(() => {
      if (res.headersSent) return;
      timedOut.add(res);
      sendProblem(res, tookTooLong());
    }, timeout);
    res.once("close", () => clearTimeout(timer));
    next();
  };

/** Whether the request was answered for its handler, which may fail to answer once more. */
export const wasAnsweredWithin = (res: Response): boolean => timedOut.has(res);

export const timeoutProblem = { status: 503, type: "/problems/timeout", title: "The request took too long" } as const;

const tookTooLong = (): HttpProblem =>
  new HttpProblem({
    ...timeoutProblem,
    detail: "a command may have been carried out; with an Idempotency-Key it can be sent again",
    headers: { "Retry-After": "1" },
  });

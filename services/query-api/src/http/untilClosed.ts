import type { Request, RequestHandler, Response } from "express";
import { closedSignal } from "./closedSignal.ts";

/** A handler that may wait. When the client gave up there is nobody to answer, and nothing went wrong. */
export const untilClosed =
  (answer: (req: Request, res: Response, signal: AbortSignal) => Promise<void>): RequestHandler =>
  (req, res) => {
    const signal = closedSignal(res);
    return answer(req, res, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };

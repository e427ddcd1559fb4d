import type { Request, RequestHandler, Response } from "express";

/**
 * A handler that may wait. Its signal is aborted when the response is closed before it has ended: nobody is there to
 * answer then, or somebody else has answered, and nothing went wrong.
 */
export const untilClosed =
  (answer: (req: Request, res: Response, signal: AbortSignal) => Promise<void>): RequestHandler =>
  async (req, res) => {
    const closed = new AbortController();
    const abort = (): void => closed.abort();
    res.once("close", abort);
    try {
      await answer(req, res, closed.signal);
    } catch (error) {
      if (!closed.signal.aborted) throw error;
    } finally {
      res.off("close", abort);
    }
  };

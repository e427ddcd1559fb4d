import type { Response } from "express";

/** One shared error: most responses close normally, and an Error per request would cost more than the rest of this. */
const closedError = new Error("the response is closed");

/** Aborted when the client is gone or has its answer. */
export const closedSignal = (res: Response): AbortSignal => {
  const closed = new AbortController();
  res.once("close", () => closed.abort(closedError));
  return closed.signal;
};

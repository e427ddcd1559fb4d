import type { Response } from "express";

/** One for all requests: most are closed because they are answered, and an error each would be the dearest part of that. */
const closedError = new Error("the response is closed");

/** Aborted when the client is gone or has its answer. */
export const closedSignal = (res: Response): AbortSignal => {
  const closed = new AbortController();
  res.once("close", () => closed.abort(closedError));
  return closed.signal;
};

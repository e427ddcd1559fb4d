import type { Response } from "express";

/** Aborted when the client is gone or has its answer. */
export const closedSignal = (res: Response): AbortSignal => {
  const closed = new AbortController();
  res.once("close", () => closed.abort());
  return closed.signal;
};

import type { Response } from "express";

/** Aborted when the client is gone before it has its answer. */
export const closedSignal = (res: Response): AbortSignal => {
  const closed = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished) closed.abort();
  });
  return closed.signal;
};

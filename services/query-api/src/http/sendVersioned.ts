import { matchesEtag } from "@cart/http-kit";
import type { Request, Response } from "express";

/** Answers with what has a version, which is its ETag: 304 without a body when the client has it. */
export const sendVersioned = (req: Request, res: Response, version: number, body: () => object): void => {
  const etag = `"${version}"`;
  // It may be kept, but is asked for again each time: the ETag says whether it is still the same.
  res.set({ ETag: etag, "Cache-Control": "no-cache" });
  if (matchesEtag(req.get("If-None-Match"), etag)) res.status(304).end();
  else res.json(body());
};

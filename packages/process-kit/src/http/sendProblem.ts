import type { Response } from "express";
import { findCorrelationId } from "./correlationId.ts";
import type { HttpProblem } from "./httpProblem.ts";

export const sendProblem = (res: Response, { type, title, status, detail, members, headers }: HttpProblem): void => {
  res.status(status).set(headers).type("application/problem+json");
  // `end` and not `json`, which would add a charset that this media type does not have.
  res.end(JSON.stringify({ ...members, type, title, status, detail, correlation_id: findCorrelationId(res) }));
};

import { createHmac, randomBytes, randomUUID } from "node:crypto";
import type { RequestHandler, Response } from "express";

const header = "X-Correlation-Id";
const visibleAscii = /^[\x21-\x7e]{1,128}$/;

/**
 * Gives each request a correlation id: the client's `X-Correlation-Id` when it is
 * 1 to 128 visible ASCII characters, else a new UUID. The answer names it too.
 * Mount it first.
 */
export const correlationId = (): RequestHandler => (req, res, next) => {
  const given = req.get(header);
  const id = given !== undefined && visibleAscii.test(given) ? given : randomUUID();
  res.locals["correlationId"] = id;
  res.setHeader(header, id);
  next();
};

/** The request's correlation id. Throws when `correlationId()` is not mounted before the caller. */
export const correlationIdOf = (res: Response): string => {
  const id = findCorrelationId(res);
  if (id === undefined) throw new Error("the request has no correlation id: mount correlationId() before this handler");
  return id;
};

/** Returns the request's correlation id, or `undefined` if `correlationId()` is not mounted. */
export const findCorrelationId = (res: Response): string | undefined => {
  const id: unknown = res.locals["correlationId"];
  return typeof id === "string" ? id : undefined;
};

/** A UUID, or the hexadecimal id of a trace or a span. Any other id may be a text that names a person. */
const randomId = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{32})$/i;

const secret = randomBytes(32);

/**
 * Returns the request's correlation id as it is logged: a random id as it is, and any other text of a client as a code that is the same
 * for the same text until the process ends. Nobody erases a person from a log.
 */
export const loggedCorrelationId = (res: Response): string | undefined => {
  const id = findCorrelationId(res);
  if (id === undefined || randomId.test(id)) return id;
  return `text-${createHmac("sha256", secret).update(id).digest("hex").slice(0, 16)}`;
};

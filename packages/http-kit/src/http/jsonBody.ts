import { HttpProblem, commonProblems } from "@cart/process-kit";
import express, { type Request, type RequestHandler } from "express";

const jsonTypes = ["application/json", "application/*+json"];

/**
 * Reads a JSON body into `req.body`; answers 415 for a body of another or no
 * content type. A request without a body passes with `req.body` undefined: a
 * route that needs one hands it to its `validator`, which answers 400.
 */
export const jsonBody = ({ limit = "64kb" }: { readonly limit?: string } = {}): RequestHandler => {
  const parse = express.json({ limit, strict: true, type: jsonTypes });
  return (req, res, next) => {
    if (!hasBody(req)) {
      next();
      return;
    }
    if (!req.is(jsonTypes)) {
      throw new HttpProblem({
        ...commonProblems.unsupportedMediaType,
        detail: `expected Content-Type: application/json, got ${req.get("Content-Type") ?? "none"}`,
      });
    }
    parse(req, res, next);
  };
};

/** RFC 9112, 6.3: one of the two headers announces a body. express.json would take an empty one for `{}`. */
const hasBody = (req: Request): boolean => req.headers["transfer-encoding"] !== undefined || (req.headers["content-length"] ?? "0") !== "0";

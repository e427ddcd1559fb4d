import { HttpProblem, commonProblems } from "@cart/process-kit";
import express, { type Request, type RequestHandler } from "express";
import { isUtf8 } from "node:buffer";

const jsonTypes = ["application/json", "application/*+json"];

/**
 * Reads a JSON body into `req.body`; answers 415 for a body of another or no
 * content type. A request without a body passes with `req.body` undefined: a
 * route that needs one hands it to its `validator`, which answers 400.
 *
 * JSON between systems is UTF-8 (RFC 8259, 8.1). Another charset is answered with 415 and bytes that are not UTF-8 with 400, because
 * two readers could take them for different texts.
 */
export const jsonBody = ({ limit = "64kb" }: { readonly limit?: string } = {}): RequestHandler => {
  const parse = express.json({ limit, strict: true, type: jsonTypes, verify: requireUtf8 });
  return (req, res, next) => {
    if (!hasBody(req)) {
      next();
      return;
    }
    if (!req.is(jsonTypes)) throw unsupported("expected Content-Type: application/json");
    if (!charsetsOf(req).every((charset) => /^utf-?8$/i.test(charset))) throw unsupported("the charset must be UTF-8");
    parse(req, res, next);
  };
};

const unsupported = (detail: string): HttpProblem => new HttpProblem({ ...commonProblems.unsupportedMediaType, detail });

/**
 * Every value that a reader could take for the one of the parameter `charset`, without quotes: readers do not agree on a parameter
 * that is there twice, or within the quotes of another.
 */
const charsetsOf = (req: Request): readonly string[] =>
  [...(req.get("Content-Type") ?? "").matchAll(/charset\s*=\s*"?([^";\s]*)/gi)].map(([, charset = ""]) => charset);

const requireUtf8 = (_req: unknown, _res: unknown, body: Buffer): void => {
  if (!isUtf8(body)) throw new HttpProblem({ ...commonProblems.malformedJson, detail: "the body is not UTF-8" });
};

/** RFC 9112, 6.3: one of the two headers announces a body. express.json would take an empty one for `{}`. */
const hasBody = (req: Request): boolean => req.headers["transfer-encoding"] !== undefined || (req.headers["content-length"] ?? "0") !== "0";

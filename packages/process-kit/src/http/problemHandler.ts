import type { ErrorRequestHandler, Response } from "express";
import type { Logger } from "../logs/createLogger.ts";
import { limitLines } from "../logs/limitLines.ts";
import { wasAnsweredWithin } from "./answerWithin.ts";
import { loggedCorrelationId } from "./correlationId.ts";
import { HttpProblem, type HttpProblemInit } from "./httpProblem.ts";
import { sendProblem } from "./sendProblem.ts";
import { commonProblems } from "./problemKind.ts";

const aborted: HttpProblemInit = { ...commonProblems.badRequest, detail: "the request is incomplete" };

/** The errors of body-parser by their `type`. */
const bodyProblems: ReadonlyMap<unknown, HttpProblemInit> = new Map<string, HttpProblemInit>([
  ["entity.parse.failed", commonProblems.malformedJson],
  ["entity.too.large", commonProblems.payloadTooLarge],
  ["charset.unsupported", { ...commonProblems.unsupportedMediaType, detail: "the charset must be UTF-8" }],
  ["encoding.unsupported", { ...commonProblems.unsupportedMediaType, detail: "the content encoding is not supported" }],
  ["request.aborted", aborted],
  ["request.size.invalid", aborted],
]);

/**
 * Answers every error with `application/problem+json`: an `HttpProblem` as it is,
 * a body that could not be read with its 4xx, all else with 500 and a fixed text. Mount it last.
 *
 * It logs the failures behind answers of 5xx, each failure once: commands that shared a batch fail with the same cause.
 * An `HttpProblem` without a cause is an answer that was intended, such as a version that did not arrive in time.
 */
export const problemHandler = ({ logger }: { readonly logger: Logger }): ErrorRequestHandler => {
  const writeLine = limitLines(logger);
  const logged = new WeakSet<object>();

  const logFailure = (problem: HttpProblem, error: unknown, res: Response): void => {
    if (problem.status < 500 || (error instanceof HttpProblem && error.cause === undefined)) return;
    const failure = rootOf(error);
    if (isObject(failure)) {
      if (logged.has(failure)) return;
      logged.add(failure);
    }
    const line = { err: error, correlation_id: loggedCorrelationId(res) };
    writeLine({ level: "error", kind: problem.type, line, message: "request failed" });
  };

  // Express knows an error handler by its four parameters.
  return (error: unknown, _req, res, _next) => {
    // The timeout has already been answered; the client knows that the outcome is unknown.
    if (wasAnsweredWithin(res)) return;
    const problem = toProblem(error);
    logFailure(problem, error, res);
    if (res.headersSent) {
      // The answer has begun, so close the connection: the client must not take a partial answer for a complete one.
      res.destroy();
      return;
    }
    sendProblem(res, problem);
  };
};

/** The deepest cause of an error. */
const rootOf = (error: unknown): unknown => {
  let root = error;
  for (const seen = new Set<unknown>(); root instanceof Error && root.cause !== undefined && !seen.has(root); root = root.cause)
    seen.add(root);
  return root;
};

const toProblem = (error: unknown): HttpProblem => {
  if (error instanceof HttpProblem) return error;
  const bodyProblem = isObject(error) && "type" in error ? bodyProblems.get(error.type) : undefined;
  if (bodyProblem !== undefined) return new HttpProblem(bodyProblem, { cause: error });
  const status = clientErrorStatus(error);
  if (status !== undefined) {
    return new HttpProblem({ ...commonProblems.badRequest, status }, { cause: error });
  }
  return new HttpProblem(commonProblems.internal, { cause: error });
};

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/**
 * The 4xx that Express itself raised, such as 400 for a path that is not valid
 * percent-encoding or a body that is not valid gzip. `expose` marks an error made
 * for the client: a client library's error may have a `status` of another server.
 */
const clientErrorStatus = (error: unknown): number | undefined => {
  if (!isObject(error) || !("status" in error) || typeof error.status !== "number") return undefined;
  const raisedForClient = error instanceof URIError || ("expose" in error && error.expose === true);
  return raisedForClient && error.status >= 400 && error.status < 500 ? error.status : undefined;
};

import { type IncomingMessage, type RequestListener, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { commonProblems, type ProblemKind } from "./problemKind.ts";

/*
 * Requests that no route and no error handler of an Express app sees. Express and
 * Node.js have answers of their own for them, an HTML page and an empty body; here
 * they are problems as everywhere.
 */

/** An Express app, or any other handler. It calls `next` for a request that it does not answer. */
export type HttpApp = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

/** The app, with an answer for each request that it leaves: Express calls none of its handlers for a URL that it cannot parse. */
export const withLastAnswer =
  (app: HttpApp): RequestListener =>
  (req, res) =>
    app(req, res, (error) => sendPlainProblem(res, error === undefined ? unreadable(400) : commonProblems.internal));

/** Answers what Node.js refuses before there is a request: a malformed or too large head, or one that came too slowly. */
export const answerRefusedRequests = (server: Server): void => {
  /** How many requests of a connection are not answered yet: a client may send several ahead. */
  const unanswered = new WeakMap<Duplex, number>();
  const count = (socket: Duplex, by: number): void => void unanswered.set(socket, (unanswered.get(socket) ?? 0) + by);
  server.prependListener("request", ({ socket }, res) => {
    count(socket, 1);
    res.once("close", () => count(socket, -1));
  });
  server.on("clientError", (error: Error, socket) => {
    // A second answer inside the first one would be taken for a part of it.
    if (socket.writable && (unanswered.get(socket) ?? 0) === 0) socket.write(rawAnswer(unreadable(statusOf(error))));
    socket.destroy();
  });
  server.on("checkExpectation", (_req, res) => sendPlainProblem(res, unreadable(417)));
};

const unreadable = (status: number): ProblemKind => ({ ...commonProblems.badRequest, status });

/** As Node.js itself chooses it. */
const statusOf = (error: Error): number => {
  switch ("code" in error ? error.code : undefined) {
    case "HPE_HEADER_OVERFLOW":
      return 431;
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return 413;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return 408;
    default:
      return 400;
  }
};

const contentType = "application/problem+json";

const sendPlainProblem = (res: ServerResponse, problem: ProblemKind): void => {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.writeHead(problem.status, { "Content-Type": contentType, Connection: "close" }).end(bodyOf(problem));
};

const rawAnswer = (problem: ProblemKind): string => {
  const body = bodyOf(problem);
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
};

const bodyOf = ({ type, title, status }: ProblemKind): string => JSON.stringify({ type, title, status });

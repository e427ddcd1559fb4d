import { once } from "node:events";
import { accessOf } from "@cart/http-kit";
import { type Request, type RequestHandler, type Response, Router } from "express";
import { requireRead } from "../access/consoleAccess.ts";
import { partAway } from "../http/consoleProblems.ts";

/** What the page reads of query-api. query-api itself decides which of it the token may see. */
const paths = [
  "/carts/:id",
  "/carts/:id/history",
  "/carts/:id/stream",
  "/users/:user_id/carts",
  "/tenants/:tenant_id/carts",
  "/tenants/:tenant_id/cart-funnel",
  "/tenants/:tenant_id/cart-abandoned-policies",
];

const prefix = "/api/query";
const sentOn = ["authorization", "accept", "if-none-match", "last-event-id", "traceparent"] as const;
const sentBack = ["content-type", "etag", "retry-after", "www-authenticate", "x-accel-buffering"] as const;

export type ForwardLimits = {
  readonly maxBytes: number;
  /** Milliseconds for a whole answer that is no stream. */
  readonly longestAnswerMs: number;
  /** Milliseconds without a byte after which a stream counts as dead. */
  readonly longestSilenceMs: number;
};

const defaultLimits: ForwardLimits = {
  // A page of history with the largest events has less.
  maxBytes: 64 * 1024 * 1024,
  longestAnswerMs: 30_000,
  // Four of query-api's heartbeats.
  longestSilenceMs: 60_000,
};

/** Passes the page's reads on to query-api, with the person's own token, so that the page talks to one host only. */
export const forwardToQueryApi = (queryApiUrl: string, limits: ForwardLimits = defaultLimits): RequestHandler => {
  const router = Router();
  const forward: RequestHandler = async (req, res) => {
    const access = accessOf(res);
    if (access !== "unchecked") requireRead(access, {});
    const gone = new AbortController();
    res.once("close", () => gone.abort());
    const answer = await ask(new URL(queryApiUrl).origin, req, res, gone.signal);
    const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (!isStream && Number(answer.headers.get("content-length") ?? 0) > limits.maxBytes) {
      gone.abort();
      throw partAway("query-api", tooLarge(limits));
    }
    res.status(answer.status);
    for (const name of sentBack) {
      const value = answer.headers.get(name);
      if (value !== null) res.setHeader(name, value);
    }
    res.setHeader("Cache-Control", "no-store");
    res.flushHeaders();
    try {
      await (isStream ? copyStream(answer, res, gone, limits) : copyAnswer(answer, res, gone, limits));
      res.end();
    } catch {
      // One of the two is gone or too slow: the client, or query-api in the middle of its answer.
      res.destroy();
    }
  };
  for (const path of paths) router.get(`${prefix}${path}`, forward);
  return router;
};

const tooLarge = ({ maxBytes }: ForwardLimits): Error => new Error(`the answer has more than ${maxBytes} bytes`);

type Copy = (answer: globalThis.Response, res: Response, gone: AbortController, limits: ForwardLimits) => Promise<void>;

/** Passes an answer on, if it comes in time and is no larger than query-api's answers are. */
const copyAnswer: Copy = async (answer, res, gone, limits) => {
  const timer = setTimeout(() => gone.abort(), limits.longestAnswerMs);
  let bytes = 0;
  try {
    await copy(answer, res, gone.signal, (part) => {
      bytes += part.length;
      if (bytes > limits.maxBytes) throw tooLarge(limits);
    });
  } finally {
    clearTimeout(timer);
  }
};

/** Passes a stream on until it is silent for longer than its heartbeats allow, so that the page connects again. */
const copyStream: Copy = async (answer, res, gone, limits) => {
  const timer = setTimeout(() => gone.abort(), limits.longestSilenceMs);
  try {
    await copy(answer, res, gone.signal, () => void timer.refresh());
  } finally {
    clearTimeout(timer);
  }
};

/** Passes bytes on no faster than the client takes them, so that a stream that nobody reads needs no memory. */
const copy = async (
  { body }: globalThis.Response,
  res: Response,
  signal: AbortSignal,
  onPart: (part: Uint8Array) => void,
): Promise<void> => {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = body?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    onPart(part.value);
    if (!res.write(part.value)) await once(res, "drain", { signal });
  }
};

const ask = async (origin: string, req: Request, res: Response, signal: AbortSignal): Promise<globalThis.Response> => {
  const headers = new Headers();
  for (const name of sentOn) {
    const value = req.get(name);
    if (value !== undefined) headers.set(name, value);
  }
  headers.set("X-Correlation-Id", res.get("X-Correlation-Id") ?? "");
  try {
    return await fetch(`${origin}${req.originalUrl.slice(prefix.length)}`, { headers, signal, redirect: "error" });
  } catch (error) {
    throw partAway("query-api", error);
  }
};

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

/** Passes the page's reads on to query-api, with the person's own token, so that the page talks to one host only. */
export const forwardToQueryApi = (queryApiUrl: string): RequestHandler => {
  const router = Router();
  const forward: RequestHandler = async (req, res) => {
    const access = accessOf(res);
    if (access !== "unchecked") requireRead(access, {});
    const gone = new AbortController();
    res.once("close", () => gone.abort());
    const answer = await ask(new URL(queryApiUrl).origin, req, res, gone.signal);
    res.status(answer.status);
    for (const name of sentBack) {
      const value = answer.headers.get(name);
      if (value !== null) res.setHeader(name, value);
    }
    res.setHeader("Cache-Control", "no-store");
    res.flushHeaders();
    try {
      await copy(answer, res, gone.signal);
      res.end();
    } catch {
      // One of the two is gone: the client, or query-api in the middle of its answer.
      res.destroy();
    }
  };
  for (const path of paths) router.get(`${prefix}${path}`, forward);
  return router;
};

/** Passes an answer on no faster than the client takes it, so that a stream that nobody reads needs no memory. */
const copy = async ({ body }: globalThis.Response, res: Response, signal: AbortSignal): Promise<void> => {
  const reader = body?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
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

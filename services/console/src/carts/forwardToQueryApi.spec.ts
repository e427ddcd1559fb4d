import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tokenRules } from "@cart/cart-access";
import { apiApp, apiConfig, apiGuard, defineApi } from "@cart/http-kit";
import { createLogger, type HttpServer, listen, loadConfig, noTracer } from "@cart/process-kit";
import { bearer, tokenEnv, waitFor } from "@cart/testkit";
import { expect } from "chai";
import { Registry } from "prom-client";
import { Type } from "typebox";
import { forwardToQueryApi } from "./forwardToQueryApi.ts";

const cart = "/api/query/carts/550e8400-e29b-41d4-a716-446655440000";
const limits = { maxBytes: 1_000, longestAnswerMs: 300, longestSilenceMs: 300 };

describe("what the page reads of query-api", () => {
  let queryApi: Server;
  let server: HttpServer;
  let answer: RequestListener;
  let closed = 0;
  const asked: IncomingMessage[] = [];

  before(async () => {
    queryApi = createServer((req, res) => {
      asked.push(req);
      res.once("close", () => (closed += 1));
      answer(req, res);
    });
    await new Promise<void>((resolve) => queryApi.listen(0, "127.0.0.1", resolve));
    const app = apiApp(defineApi({ title: "Console API", version: "1.0.0", description: "", tags: {}, routes: [], schemas: {} }), {
      services: {},
      guard: apiGuard(loadConfig(Type.Object(apiConfig), { ...tokenEnv, REQUEST_TIMEOUT_MS: "300" }), tokenRules),
      logger: createLogger({ service: "console", level: "silent" }),
      registry: new Registry(),
      tracer: noTracer,
      stopping: new AbortController().signal,
      readiness: {},
      forwards: forwardToQueryApi(`http://127.0.0.1:${(queryApi.address() as AddressInfo).port}`, limits),
    });
    server = await listen(app, { port: 0, host: "127.0.0.1" });
  });
  after(async () => {
    await server.close();
    queryApi.closeAllConnections();
    queryApi.close();
  });
  beforeEach(() => {
    asked.splice(0);
    closed = 0;
  });

  type Init = Omit<RequestInit, "headers"> & { readonly headers?: Readonly<Record<string, string>> };
  const ask = async (path: string, init: Init = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, {
      ...init,
      headers: { ...(await bearer({ sub: "vera", tenant_id: "default", scope: "console:read" })), ...init.headers },
    });
  /** The error of an answer that is cut off, or its text. */
  const textOf = (response: Response): Promise<unknown> => response.text().catch((error: unknown) => error);

  it("is asked with the person's token, and nothing else of the request that could lead elsewhere", async () => {
    answer = (_req, res) => res.writeHead(200, { "Content-Type": "application/json", ETag: '"4"', "Set-Cookie": "a=b" }).end("{}");
    const response = await ask(`${cart}?at_version=4`, { headers: { Cookie: "c=d", "X-Forwarded-For": "10.0.0.1" } });
    expect([response.status, response.headers.get("etag"), response.headers.get("set-cookie")]).to.deep.equal([200, '"4"', null]);
    expect(asked[0]?.url).to.equal(`${cart.slice("/api/query".length)}?at_version=4`);
    expect(asked[0]?.headers).to.have.property("authorization").that.contains("Bearer ");
    expect(asked[0]?.headers).to.not.have.any.keys("cookie", "x-forwarded-for");
  });

  it("is nothing but the addresses that the page shows, and never a change", async () => {
    answer = (_req, res) => res.end("{}");
    for (const path of [
      "/api/query/metrics",
      "/api/query/carts/a/b/c",
      "/api/query/users/ann/cart",
      "/api/query//evil.test/carts",
      "/api/query/",
    ]) {
      expect((await ask(path)).status, path).to.equal(404);
    }
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) expect((await ask(cart, { method })).status, method).to.equal(404);
    expect(asked).to.deep.equal([]);
  });

  it("is refused if it is larger than an answer can be, whether or not it says so first", async () => {
    answer = (_req, res) => res.writeHead(200, { "Content-Length": "1001" }).end("x".repeat(1_001));
    expect((await ask(cart)).status).to.equal(503);
    answer = (_req, res) => {
      const more = (): void => void (res.destroyed ? undefined : res.write("x".repeat(500), () => setImmediate(more)));
      more();
    };
    let received = 0;
    const readAll = async ({ body }: Response): Promise<void> => {
      const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = body?.getReader();
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) received += part.value.length;
    };
    const cutOff: unknown = await readAll(await ask(cart)).catch((error: unknown) => error);
    expect(cutOff).to.be.instanceOf(Error);
    expect(received, "the bytes before it was cut off").to.be.at.most(limits.maxBytes);
    await waitFor("both connections to close", () => closed === 2);
  });

  it("ends in time if query-api hangs before its answer, in the middle of it, or in a stream", async () => {
    answer = () => undefined;
    expect((await ask(cart)).status).to.equal(503);
    answer = (_req, res) => void res.writeHead(200, { "Content-Type": "application/json" }).write("{");
    expect(await textOf(await ask(cart))).to.be.instanceOf(Error);
    answer = (_req, res) => void res.writeHead(200, { "Content-Type": "text/event-stream" }).write(": first\n\n");
    expect(await textOf(await ask(`${cart}/stream`))).to.be.instanceOf(Error);
    await waitFor("all connections to close", () => closed === 3);
  });

  it("lets a stream go on while it has heartbeats", async () => {
    answer = (_req, res) => {
      res.writeHead(200, { "Content-Type": "text/event-stream" });
      let beats = 0;
      const timer = setInterval(() => {
        res.write(": beat\n\n");
        beats += 1;
        if (beats < 6) return;
        clearInterval(timer);
        res.end();
      }, 100);
    };
    expect(await textOf(await ask(`${cart}/stream`))).to.equal(": beat\n\n".repeat(6));
  });

  it("flows no faster than the page takes it, so that a stream that nobody reads fills no memory", async () => {
    const most = 128 * 1_024 * 1_024;
    const part = Buffer.alloc(65_536, "x");
    let written = 0;
    answer = (_req, res) => {
      res.writeHead(200, { "Content-Type": "text/event-stream" });
      const more = (): void => {
        if (written >= most || res.destroyed) return;
        written += part.length;
        res.write(part, more);
      };
      more();
    };
    const unread = await ask(`${cart}/stream`);
    await waitFor("the stream to end for its silence", () => closed === 1);
    expect(written).to.be.below(most / 2);
    await unread.body?.cancel();
  });

  it("ends at query-api when the page has gone", async () => {
    answer = (_req, res) => void res.writeHead(200, { "Content-Type": "text/event-stream" }).write(": first\n\n");
    const leaving = new AbortController();
    await ask(`${cart}/stream`, { signal: leaving.signal });
    leaving.abort();
    await waitFor("the connection to close", () => closed === 1);
  });

  it("does not follow a redirect, which could take the token elsewhere", async () => {
    answer = (req, res) => (req.url === "/elsewhere" ? res.end("{}") : res.writeHead(307, { Location: "/elsewhere" }).end());
    expect((await ask(cart)).status).to.equal(503);
    expect(asked).to.have.length(1);
  });

  it("needs a token with the console's scope", async () => {
    answer = (_req, res) => res.end("{}");
    expect((await fetch(`http://127.0.0.1:${server.port}${cart}`)).status).to.equal(401);
    const shopper = await bearer({ sub: "sam", tenant_id: "default", scope: "carts:admin" });
    expect((await fetch(`http://127.0.0.1:${server.port}${cart}`, { headers: shopper })).status).to.equal(403);
    expect(asked).to.deep.equal([]);
  });
});

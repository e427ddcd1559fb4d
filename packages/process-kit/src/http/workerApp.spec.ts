import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "chai";
import { Counter, Gauge } from "prom-client";
import { createLogger } from "../logs/createLogger.ts";
import { createMetricsRegistry } from "../metrics/createMetricsRegistry.ts";
import { sampled } from "../metrics/sampled.ts";
import { sampledGauge } from "../metrics/sampledGauge.ts";
import { type HttpServer, listen } from "./listen.ts";
import { workerApp } from "./workerApp.ts";

describe("workerApp", () => {
  const registry = createMetricsRegistry("worker");
  let server: HttpServer;

  before(async () => {
    const app = workerApp({
      registry,
      readiness: { database: () => Promise.reject(new Error("away")) },
      stopping: new AbortController().signal,
      logger: createLogger({ service: "worker", level: "silent" }),
    });
    server = await listen(app, { port: 0, host: "127.0.0.1" });
  });
  after(() => server.close());

  const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`http://127.0.0.1:${server.port}${path}`, init);

  /** Sends what no HTTP client would, and reads until the server closes the connection. */
  const sendRaw = async (bytes: string): Promise<{ status: number; head: string; body: string }> => {
    const socket = connect({ port: server.port, host: "127.0.0.1" });
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => undefined);
    socket.write(bytes);
    await once(socket, "close");
    const [head = "", body = ""] = Buffer.concat(chunks).toString().split("\r\n\r\n");
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), head, body };
  };

  for (const [title, path, method, status, type] of [
    ["an unknown path", "/nothing", "GET", 404, "not-found"],
    ["the root", "/", "POST", 404, "not-found"],
    ["another method", "/metrics", "DELETE", 405, "method-not-allowed"],
  ] as const) {
    it(`answers ${title} with a problem`, async () => {
      const response = await get(path, { method });
      expect([response.status, response.headers.get("content-type")]).to.deep.equal([status, "application/problem+json"]);
      expect(await response.json()).to.include({ type: `/problems/${type}`, status });
    });
  }

  for (const [title, bytes, status] of [
    ["two Host headers", "GET /healthz HTTP/1.1\r\nHost: a\r\nhost: b\r\nConnection: close\r\n\r\n", 400],
    [
      "two Authorization headers",
      "GET /healthz HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nauthorization: Bearer a\r\nConnection: close\r\n\r\n",
      400,
    ],
    ["a URL that Express cannot parse", "GET http://[/ HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["a URL that Node.js cannot parse", "GET \x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["a request that is not HTTP", "hello\r\n\r\n", 400],
    ["a head that is too large", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["an unknown expectation", "GET /healthz HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417],
  ] as const) {
    it(`answers ${title} with a problem`, async () => {
      const answer = await sendRaw(bytes);
      expect(answer.status, answer.head).to.equal(status);
      expect(answer.head.toLowerCase()).to.contain("content-type: application/problem+json");
      expect(answer.body).to.contain(`"type":"/problems/bad-request"`).and.to.contain(`"status":${status}`);
    });
  }

  it("serves every other metric while a source fails or hangs, and while a metric is broken", async () => {
    new Counter({ name: "outages_total", help: "Outages", registers: [registry] }).inc(3);
    sampledGauge({
      registry,
      name: "rows",
      help: "Rows",
      source: sampled(() => Promise.reject(new Error("mysql away"))),
      samplesOf: (value: number) => [{ value }],
    });
    sampledGauge({
      registry,
      name: "lag",
      help: "Lag",
      source: sampled(() => new Promise<number>(() => undefined), { timeoutMs: 20 }),
      samplesOf: (value: number) => [{ value }],
    });
    new Gauge({
      name: "broken",
      help: "Broken",
      registers: [registry],
      collect: () => Promise.reject(new Error("a defect\nof two lines")),
    });

    const response = await get("/metrics");
    const text = await response.text();
    expect(response.status, text).to.equal(200);
    expect(text).to.match(/^outages_total\{service="worker"\} 3$/m);
    expect(text).to.match(/^process_cpu_seconds_total\{service="worker"\} /m);
    expect(text).to.match(/^# broken is absent: its source does not answer$/m);
    expect(text).not.to.match(/^(rows|lag|broken)[{ ]/m);
  });
});

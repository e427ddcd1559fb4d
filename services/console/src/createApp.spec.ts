import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { tokenRules } from "@cart/cart-access";
import { openEventStorePool } from "@cart/event-store";
import { apiConfig, apiGuard } from "@cart/http-kit";
import { openMysqlPool } from "@cart/mysql";
import { createLogger, type HttpServer, listen, loadConfig, noTracer } from "@cart/process-kit";
import { openReadModelPool, projections } from "@cart/read-model";
import { bearer, tokenEnv } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { Registry } from "prom-client";
import { Type } from "typebox";
import { createAuditLog } from "./audit/auditLog.ts";
import { createApp } from "./createApp.ts";
import { startObserver } from "./overview/observer.ts";
import { createDeadLetterRepair } from "./repair/deadLetterRepair.ts";
import { createJobs } from "./repair/jobs.ts";
import { createOutboxRepair } from "./repair/outboxRepair.ts";

const reads = ["/api/dead-letters", "/api/dead-letters/1", "/api/outbox-rows", "/api/audit-log"];
const changes = [
  ["/api/dead-letter-retries", { reason: "PARKED" }],
  ["/api/dead-letter-discards", { reason: "INVALID_JSON" }],
  ["/api/outbox-rows/retry", {}],
] as const;

/** The console's back end on databases at a port where nobody, or nobody who answers, listens. */
describe("the console's back end while its servers are away", () => {
  const closing: (() => Promise<unknown>)[] = [];
  let silent: Server;
  before(async () => {
    silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    for (const close of closing.toReversed()) await close();
    silent.close();
  });

  const start = async (mysqlPort: number, env: Readonly<Record<string, string>>): Promise<HttpServer> => {
    const logger = createLogger({ service: "console", level: "silent" });
    const url = `mysql://console:console@127.0.0.1:${mysqlPort}/console`;
    const ended = (pool: Pool): Pool => {
      // A connection that MySQL never answered ends with an error.
      closing.push(() => pool.end().catch(() => undefined));
      return pool;
    };
    const eventStore = ended(openEventStorePool({ url, connectionLimit: 2 }));
    const readModel = ended(openReadModelPool({ url, connectionLimit: 2 }));
    const audit = createAuditLog(ended(openMysqlPool({ url, connectionLimit: 2 })), logger);
    const away = (): Promise<never> => Promise.reject(new Error("it is away"));
    const observer = startObserver({
      targets: [{ service: "projector", url: "http://127.0.0.1:1/metrics" }],
      counts: { outbox: away, deadLetters: away, lag: away },
      projectorGroup: "projector",
      abandonmentGroup: "cart-abandonment",
      logger,
    });
    const jobs = createJobs({ eventStore, readModel, rebuild: undefined, projections, audit });
    const app = createApp({
      queryApiUrl: "http://127.0.0.1:1",
      pageFolder: fileURLToPath(new URL("../dist/browser/", import.meta.url)),
      signIn: undefined,
      services: {
        observer,
        deadLetters: createDeadLetterRepair(readModel, projections),
        outbox: createOutboxRepair(eventStore),
        jobs,
        audit,
        readModel,
        projections,
        canRebuild: false,
        traceUrl: undefined,
        charts: undefined,
      },
      guard: apiGuard(loadConfig(Type.Object(apiConfig), env), tokenRules),
      logger,
      registry: new Registry(),
      tracer: noTracer,
      stopping: new AbortController().signal,
      readiness: {},
    });
    const server = await listen(app, { port: 0, host: "127.0.0.1" });
    closing.push(
      () => jobs.stop(),
      () => observer.stop(),
      () => server.close(),
    );
    return server;
  };

  const operator = { sub: "otto", tenant_id: "default", scope: "console:repair console:all-tenants" };
  const send = async (server: HttpServer, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, init);
  const post = (body: object, headers: Readonly<Record<string, string>>): RequestInit => ({
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

  it("answers 503 to everything that needs MySQL, and shows what is down, if MySQL refuses connections", async () => {
    const server = await start(1, tokenEnv);
    const headers = await bearer(operator);
    for (const path of reads) expect((await send(server, path, { headers })).status, path).to.equal(503);
    for (const [path, body] of changes) expect((await send(server, path, post(body, headers))).status, path).to.equal(503);
    const overview = (await (await send(server, "/api/overview", { headers })).json()) as { problems: { title: string }[] };
    expect(overview.problems.map(({ title }) => title)).to.deep.equal([
      "MySQL does not answer",
      "Kafka does not answer",
      "projector at 127.0.0.1:1 does not answer",
    ]);
  });

  it("answers 503 in time if MySQL hangs", async () => {
    const server = await start((silent.address() as AddressInfo).port, { ...tokenEnv, REQUEST_TIMEOUT_MS: "500" });
    const headers = await bearer(operator);
    const begin = performance.now();
    const answers = await Promise.all([
      ...reads.map((path) => send(server, path, { headers })),
      ...changes.map(([path, body]) => send(server, path, post(body, headers))),
    ]);
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([503]));
    expect(performance.now() - begin).to.be.lessThan(10_000);
  });

  it("does nothing for a page of another host while it checks no tokens", async () => {
    const server = await start(1, {});
    for (const [path, body] of [...changes, ["/api/jobs", { kind: "verify" }] as const]) {
      const response = await send(server, path, post(body, { Origin: "https://evil.test" }));
      expect([path, response.status]).to.deep.equal([path, 403]);
    }
    for (const path of [...reads, "/api/session", "/api/overview", "/api/jobs", "/api/query/carts/550e8400-e29b-41d4-a716-446655440000"]) {
      const response = await send(server, path, { headers: { Origin: "https://evil.test" } });
      expect([path, response.status]).to.deep.equal([path, 403]);
    }
    const own = await send(server, "/api/session", { headers: { Origin: `http://127.0.0.1:${server.port}` } });
    expect(own.status).to.equal(200);
  });
});

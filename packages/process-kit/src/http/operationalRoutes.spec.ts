import { expect } from "chai";
import express from "express";
import { type Static, Type } from "typebox";
import { Parse } from "typebox/value";
import { createLogger } from "../logs/createLogger.ts";
import { createMetricsRegistry } from "../metrics/createMetricsRegistry.ts";
import { limitClients } from "./limitClients.ts";
import { type HttpServer, listen } from "./listen.ts";
import { notFoundHandler } from "./notFoundHandler.ts";
import { healthRoute, operationalRoutes } from "./operationalRoutes.ts";
import { problemHandler } from "./problemHandler.ts";

const lineSchema = Type.Record(Type.String(), Type.Unknown());

describe("operationalRoutes", () => {
  let server: HttpServer;
  let database: () => Promise<void> = async () => {};
  const stopping = new AbortController();
  let lines: Static<typeof lineSchema>[] = [];
  const destination = { write: (line: string) => void lines.push(Parse(lineSchema, JSON.parse(line))) };
  const logger = createLogger({ service: "kit", level: "info", destination });

  before(async () => {
    const app = express();
    const routes = operationalRoutes(
      {
        registry: createMetricsRegistry("kit"),
        readiness: { database: () => database(), kafka: async () => {} },
        stopping: stopping.signal,
        instanceId: "kit-1",
        logger,
      },
      limitClients({ requestsPerMinute: 50 }),
    );
    app.use(healthRoute(), routes, notFoundHandler, problemHandler({ logger }));
    server = await listen(app, { port: 0, host: "127.0.0.1" });
  });
  after(() => server.close());

  const answerOf = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [response.status, await response.json()];
  };

  const unavailable = "not available; the log has the reason";

  it("is ready if every check passes, and otherwise names the failed checks without a server's error text", async () => {
    database = async () => {
      throw new Error("no route to mysql://root:hunter2@db:3306/eventstore for user-1");
    };
    expect(await answerOf("/readyz")).to.deep.equal([503, { status: "not ready", checks: { database: unavailable, kafka: "ok" } }]);
    expect(await answerOf("/healthz")).to.deep.equal([200, { status: "ok" }]);

    database = async () => {};
    expect(await answerOf("/readyz")).to.deep.equal([200, { status: "ready", checks: { database: "ok", kafka: "ok" } }]);
  });

  it("names the process, even if it is not ready", async () => {
    for (const check of [() => Promise.resolve(), () => Promise.reject(new Error("no database"))]) {
      database = check;
      expect((await fetch(`http://127.0.0.1:${server.port}/readyz`)).headers.get("Instance-Id")).to.equal("kit-1");
    }
  });

  it("shows an error's reason if it is meant to be shown", async () => {
    database = async () => {
      throw Object.assign(new Error("server words"), { shownReason: "missing: table carts" });
    };
    expect(await answerOf("/readyz")).to.deep.equal([
      503,
      { status: "not ready", checks: { database: "missing: table carts", kafka: "ok" } },
    ]);
  });

  it("logs when a dependency begins to fail and when it recovers, not at each probe", async () => {
    database = async () => {};
    await answerOf("/readyz");
    lines = [];
    database = async () => {
      throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    };
    for (let n = 0; n < 3; n++) await answerOf("/readyz");
    database = async () => {};
    for (let n = 0; n < 3; n++) await answerOf("/readyz");
    expect(lines.map(({ level, msg }) => [level, msg])).to.deep.equal([
      [40, "a dependency is not ready"],
      [30, "a dependency is ready again"],
    ]);
    expect(lines[0]).to.have.nested.property("err.code", "ECONNREFUSED");
  });

  it("runs the checks once for concurrent probes", async () => {
    let runs = 0;
    database = async () => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await Promise.all([1, 2, 3].map(() => answerOf("/readyz")));
    expect(runs).to.equal(1);
  });

  for (const path of ["/METRICS", "/metrics/", "/Readyz", "/readyz/", "/healthz/", "/HEALTHZ"]) {
    it(`accepts no other spelling of an address: ${path}`, async () => {
      expect((await answerOf(path))[0]).to.equal(404);
    });
  }

  it("does not wait for a check that hangs", async () => {
    database = () => new Promise(() => {});
    expect(await answerOf("/readyz")).to.deep.equal([
      503,
      { status: "not ready", checks: { database: "no answer within 2000 ms", kafka: "ok" } },
    ]);
  });

  it("serves the metrics of the process with the service's name", async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect(response.headers.get("Content-Type")).to.contain("text/plain");
    expect(await response.text()).to.match(/^process_cpu_seconds_total\{service="kit"\} /m);
  });

  it("is alive but not ready while the process stops", async () => {
    database = async () => {};
    stopping.abort();
    expect(await answerOf("/readyz")).to.deep.equal([503, { status: "stopping", checks: { database: "ok", kafka: "ok" } }]);
    expect((await answerOf("/healthz"))[0]).to.equal(200);
  });

  it("limits one client's requests to readiness and metrics, but not to health", async () => {
    const statuses: unknown[] = [];
    for (let n = 0; n < 50; n++) statuses.push((await answerOf("/readyz"))[0]);
    expect(statuses.at(-1)).to.equal(429);
    expect((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status).to.equal(429);
    expect((await answerOf("/healthz"))[0]).to.equal(200);
  });
});

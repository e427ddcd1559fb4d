import { expect } from "chai";
import express from "express";
import { createMetricsRegistry } from "../metrics/createMetricsRegistry.ts";
import { type HttpServer, listen } from "./listen.ts";
import { operationalRoutes } from "./operationalRoutes.ts";

describe("operationalRoutes", () => {
  let server: HttpServer;
  let database: () => Promise<void> = async () => {};
  const stopping = new AbortController();

  before(async () => {
    const app = express();
    app.use(
      operationalRoutes({
        registry: createMetricsRegistry("kit"),
        readiness: { database: () => database(), kafka: async () => {} },
        stopping: stopping.signal,
        instanceId: "kit-1",
      }),
    );
    server = await listen(app, { port: 0, host: "127.0.0.1" });
  });
  after(() => server.close());

  const answerOf = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [response.status, await response.json()];
  };

  it("is ready when every check passes, and says which does not", async () => {
    database = async () => {
      throw new Error("no route to mysql://root:hunter2@db:3306/eventstore");
    };
    expect(await answerOf("/readyz")).to.deep.equal([
      503,
      { status: "not ready", checks: { database: "no route to mysql://db:3306/eventstore", kafka: "ok" } },
    ]);
    expect(await answerOf("/healthz")).to.deep.equal([200, { status: "ok" }]);

    database = async () => {};
    expect(await answerOf("/readyz")).to.deep.equal([200, { status: "ready", checks: { database: "ok", kafka: "ok" } }]);
  });

  it("says which process it is, also when it is not ready", async () => {
    for (const check of [() => Promise.resolve(), () => Promise.reject(new Error("no database"))]) {
      database = check;
      expect((await fetch(`http://127.0.0.1:${server.port}/readyz`)).headers.get("Instance-Id")).to.equal("kit-1");
    }
  });

  it("gives the code of an error without a message", async () => {
    database = async () => {
      throw Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
    };
    expect(await answerOf("/readyz")).to.deep.equal([503, { status: "not ready", checks: { database: "ECONNREFUSED", kafka: "ok" } }]);
  });

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

  it("is alive and not ready while it stops", async () => {
    database = async () => {};
    stopping.abort();
    expect(await answerOf("/readyz")).to.deep.equal([503, { status: "stopping", checks: { database: "ok", kafka: "ok" } }]);
    expect((await answerOf("/healthz"))[0]).to.equal(200);
  });
});

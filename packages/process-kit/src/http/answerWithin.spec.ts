import { once } from "node:events";
import { expect } from "chai";
import express from "express";
import { createLogger } from "../logs/createLogger.ts";
import { answerWithin } from "./answerWithin.ts";
import { correlationId } from "./correlationId.ts";
import { type HttpServer, listen } from "./listen.ts";
import { problemHandler } from "./problemHandler.ts";

describe("a request that takes too long", () => {
  let server: HttpServer;
  let lines: string[] = [];
  const tried: unknown[] = [];
  before(async () => {
    const logger = createLogger({ service: "kit", level: "info", destination: { write: (line) => lines.push(line) } });
    const app = express();
    app.use(correlationId(), answerWithin(30));
    app.get("/slow", async (_req, res) => {
      await once(res, "finish");
      try {
        res.json({ late: true });
      } catch (error) {
        tried.push(error);
        throw error;
      }
    });
    app.get("/stream", (_req, res) => {
      res.write("a");
      setTimeout(() => res.end("b"), 60);
    });
    app.get("/quick", (_req, res) => void res.json({}));
    app.use(problemHandler({ logger }));
    server = await listen(app, { port: 0, host: "127.0.0.1" });
  });
  after(() => server.close());
  beforeEach(() => {
    lines = [];
  });

  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${server.port}${path}`);

  it("is answered, once", async () => {
    const response = await get("/slow");
    expect([response.status, response.headers.get("Retry-After")]).to.deep.equal([503, "1"]);
    expect(await response.json()).to.include({ type: "/problems/timeout", status: 503 });
    // The connection is still good, and the handler that was late is no defect.
    expect((await get("/quick")).status).to.equal(200);
    expect(tried).to.have.length(1);
    expect(lines).to.deep.equal([]);
  });

  it("goes on when its answer has begun", async () => {
    expect(await (await get("/stream")).text()).to.equal("ab");
  });
});

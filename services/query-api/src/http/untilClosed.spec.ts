import { once } from "node:events";
import { type HttpServer, listen } from "@cart/process-kit";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import express from "express";
import { untilClosed } from "./untilClosed.ts";

describe("a handler that may wait", () => {
  let server: HttpServer;
  const signals: AbortSignal[] = [];
  const errors: unknown[] = [];
  before(async () => {
    const app = express();
    app.get("/timed-out", (_req, res, next) => {
      setTimeout(() => res.status(503).end(), 10);
      next();
    });
    app.get(
      "/timed-out",
      untilClosed(async (_req, _res, signal) => {
        signals.push(signal);
        await once(signal, "abort");
        throw new Error("what it waited for does not come");
      }),
    );
    app.use((error: unknown, _req: express.Request, _res: express.Response, _next: express.NextFunction) => void errors.push(error));
    server = await listen(app, { port: 0, host: "127.0.0.1" });
  });
  after(() => server.close());

  it("is told when somebody else has answered, and what it fails with then is no error", async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/timed-out`);
    expect(response.status).to.equal(503);
    await waitFor("the signal", () => signals.every(({ aborted }) => aborted));
    expect([signals.length, errors]).to.deep.equal([1, []]);
  });
});

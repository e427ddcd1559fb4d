import {
  createLogger,
  correlationId,
  correlationIdOf,
  HttpProblem,
  type HttpServer,
  listen,
  methodNotAllowed,
  notFoundHandler,
  problemHandler,
} from "@cart/process-kit";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import express from "express";
import { Type } from "typebox";
import { Parse } from "typebox/value";
import { jsonBody } from "./jsonBody.ts";
import { requestLogger } from "./requestLogger.ts";
import { validator } from "./validator.ts";

const closed = { additionalProperties: false };
const Order = Type.Object(
  {
    user_id: Type.String({ maxLength: 8 }),
    items: Type.Array(Type.Object({ item_id: Type.String({ format: "uuid" }), price: Type.Number({ minimum: 0 }) }, closed)),
  },
  closed,
);
const order = { user_id: "user-1", items: [{ item_id: "018f4e5a-0000-7000-8000-000000000001", price: 1 }] };

const parseMembers = (value: unknown) => Parse(Type.Record(Type.String(), Type.Unknown()), value);

describe("an API's errors", () => {
  let server: HttpServer;
  let lines: Record<string, unknown>[] = [];

  before(async () => {
    const logger = createLogger({
      service: "kit",
      level: "info",
      destination: { write: (line) => lines.push(parseMembers(JSON.parse(line))) },
    });
    const parseOrder = validator(Order);
    const parseQuery = validator(Type.Object({ min_version: Type.Optional(Type.Integer({ minimum: 1 })) }, closed), { coerce: true });

    const app = express();
    app.use(correlationId(), requestLogger(logger), jsonBody({ limit: "1kb" }));
    app
      .route("/orders/:id")
      .post((req, res) => void res.status(201).json(parseOrder(req.body)))
      .get((req, res) => void res.json(parseQuery(req.query)))
      .all(methodNotAllowed("GET", "POST"));
    app.get("/gone", () => {
      throw new HttpProblem({ status: 410, type: "/problems/gone", title: "It is gone", detail: "since May", members: { since: "May" } });
    });
    app.get("/defect", async () => {
      throw Object.assign(new Error("Access denied for root"), { status: 403 });
    });
    app.get("/half", (_req, res) => {
      res.write("half");
      throw new Error("in the middle");
    });
    app.get("/late", () => {
      throw new HttpProblem({ status: 503, type: "/problems/version-not-reached", title: "Not yet" });
    });
    const outage = new Error("the database is away");
    app.get("/away", () => {
      throw new HttpProblem(
        { status: 503, type: "/problems/unavailable", title: "Not now" },
        { cause: new Error("the batch failed", { cause: outage }) },
      );
    });
    app.get("/readyz", (_req, res) => void res.sendStatus(503));
    app.get("/correlation", (_req, res) => void res.json(correlationIdOf(res)));
    app.use(notFoundHandler, problemHandler({ logger }));
    server = await listen(app, { port: 0, host: "127.0.0.1" });
  });
  after(() => server.close());
  beforeEach(() => {
    lines = [];
  });

  const send = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
  const post = (body: string | Uint8Array, headers: Record<string, string> = { "Content-Type": "application/json" }) =>
    send("/orders/1", { method: "POST", body, headers });

  const expectProblem = async (response: Response, status: number, type: string): Promise<Record<string, unknown>> => {
    const problem = parseMembers(await response.json());
    expect(response.headers.get("Content-Type")).to.equal("application/problem+json");
    expect(problem).to.include({ status, type, correlation_id: response.headers.get("X-Correlation-Id") });
    expect(problem["title"]).to.be.a("string");
    expect(response.status).to.equal(status);
    return problem;
  };

  it("lets what is right through", async () => {
    for (const type of [
      "application/json",
      "application/json; charset=utf-8",
      'application/json; charset="UTF-8"',
      "application/vnd.cart+json",
    ]) {
      const response = await post(JSON.stringify(order), { "Content-Type": type });
      expect([response.status, await response.json()]).to.deep.equal([201, order]);
    }
    expect(await (await send("/orders/1?min_version=2")).json()).to.deep.equal({ min_version: 2 });
    expect(lines).to.deep.equal([]);
  });

  it("names each bad field of a body", async () => {
    const body = { items: [order.items[0], { item_id: "1", price: -1, note: true }], coupon: "x", user_id: "123456789" };
    const problem = await expectProblem(await post(JSON.stringify(body)), 400, "/problems/validation");
    expect(problem["errors"]).to.have.deep.members([
      { field: "coupon", message: "is not a known field" },
      { field: "user_id", message: "must NOT have more than 8 characters" },
      { field: "items/1/item_id", message: "must be a uuid" },
      { field: "items/1/price", message: "must be >= 0" },
      { field: "items/1/note", message: "is not a known field" },
    ]);
  });

  it("names missing fields and takes no other type for them", async () => {
    const problem = await expectProblem(await post('{"items":"1"}'), 400, "/problems/validation");
    expect(problem["errors"]).to.have.deep.members([
      { field: "user_id", message: "is required" },
      { field: "items", message: "must be array" },
    ]);
  });

  it("names the bad parameters of a query", async () => {
    const problem = await expectProblem(await send("/orders/1?min_version=0&limit=5"), 400, "/problems/validation");
    expect(problem["errors"]).to.have.deep.members([
      { field: "min_version", message: "must be >= 1" },
      { field: "limit", message: "is not a known field" },
    ]);
  });

  it("bounds the list of bad fields", async () => {
    const body = `{${Array.from({ length: 60 }, (_, index) => `"x${index}":1`).join()}}`;
    const problem = await expectProblem(await post(body), 400, "/problems/validation");
    expect(problem["errors"]).to.have.length(50);
  });

  it("asks for a body that is missing", async () => {
    const problem = await expectProblem(await send("/orders/1", { method: "POST" }), 400, "/problems/validation");
    expect(problem["detail"]).to.equal("a request body is required");
    await expectProblem(await post("", { "Content-Type": "application/json" }), 400, "/problems/validation");
  });

  for (const body of ["{", "1", "null", '"text"', "[1,]"]) {
    it(`refuses the body ${body}`, async () => {
      await expectProblem(await post(body), 400, "/problems/malformed-json");
    });
  }

  it("refuses a body that is too large", async () => {
    await expectProblem(await post(JSON.stringify("x".repeat(2000))), 413, "/problems/payload-too-large");
    const bomb = new Uint8Array(gzipSync(JSON.stringify(["x".repeat(5000)])));
    await expectProblem(
      await post(bomb, { "Content-Type": "application/json", "Content-Encoding": "gzip" }),
      413,
      "/problems/payload-too-large",
    );
  });

  const json = "application/json";
  const otherTypes: readonly Record<string, string>[] = [
    {},
    { "Content-Type": "text/plain" },
    { "Content-Type": "application/x-www-form-urlencoded" },
    { "Content-Type": "nonsense" },
    { "Content-Type": `${json}; charset=latin1` },
    { "Content-Type": json, "Content-Encoding": "lzma" },
  ];
  for (const headers of otherTypes) {
    it(`refuses a body with ${JSON.stringify(headers)}`, async () => {
      await expectProblem(await post(new TextEncoder().encode("{}"), headers), 415, "/problems/unsupported-media-type");
    });
  }

  it("answers a body that is not what its encoding says", async () => {
    await expectProblem(await post("{}", { "Content-Type": json, "Content-Encoding": "gzip" }), 400, "/problems/bad-request");
  });

  it("answers a path that is not valid percent-encoding", async () => {
    await expectProblem(await send("/orders/%ff"), 400, "/problems/bad-request");
  });

  it("survives a client that leaves in the middle of a body", async () => {
    const request = httpRequest({ port: server.port, path: "/orders/1", method: "POST", headers: { "Content-Type": json } });
    request.on("error", () => {});
    request.write("{");
    await once(request, "socket");
    await new Promise((resolve) => request.write(" ", resolve));
    request.destroy();
    expect((await send("/gone")).status).to.equal(410);
    expect(lines.filter((line) => line["level"] === 50)).to.deep.equal([]);
  });

  it("answers 404 and 405", async () => {
    await expectProblem(await send("/nowhere"), 404, "/problems/not-found");
    const response = await send("/orders/1", { method: "DELETE" });
    await expectProblem(response, 405, "/problems/method-not-allowed");
    expect(response.headers.get("Allow")).to.equal("GET, POST");
  });

  for (const charset of ["utf-7", "utf-16", "utf-16le", "utf-32", "latin1", '"UTF-16"']) {
    it(`takes no JSON in ${charset}`, async () => {
      const response = await post(JSON.stringify(order), { "Content-Type": `application/json; charset=${charset}` });
      await expectProblem(response, 415, "/problems/unsupported-media-type");
    });
  }

  // A byte that no character has, half of a character, a surrogate, and a character beyond the last one.
  for (const bytes of ["ff", "c3", "eda080", "f4908080"]) {
    it(`takes no bytes that are not UTF-8: ${bytes}`, async () => {
      const body = Buffer.concat([Buffer.from('{"user_id":"'), Buffer.from(bytes, "hex"), Buffer.from('","items":[]}')]);
      const problem = await expectProblem(await post(body), 400, "/problems/malformed-json");
      expect(problem["detail"]).to.equal("the body is not UTF-8");
    });
  }

  it("answers with a problem as it was thrown", async () => {
    const problem = await expectProblem(await send("/gone"), 410, "/problems/gone");
    expect(problem).to.include({ title: "It is gone", detail: "since May", since: "May" });
  });

  it("tells a defect to the log and not to the client", async () => {
    const id = "018f4e5a-0000-7000-8000-000000000001";
    const response = await send("/defect", { headers: { "X-Correlation-Id": id } });
    const problem = await expectProblem(response, 500, "/problems/internal");
    expect(JSON.stringify(problem)).not.to.contain("denied");
    expect(lines.map((line) => [line["level"], line["correlation_id"], line["msg"]])).to.deep.equal([
      [50, id, "request failed"],
      [50, id, "request"],
    ]);
    expect(lines[0]).to.have.nested.property("err.message", "Access denied for root");
  });

  it("logs a correlation id that may be a text about a person as a code, the same in all lines, and answers with the id itself", async () => {
    const response = await send("/defect", { headers: { "X-Correlation-Id": "order-of-ann" } });
    expect(response.headers.get("X-Correlation-Id")).to.equal("order-of-ann");
    const [first, second] = lines.map((line) => line["correlation_id"]);
    expect(first)
      .to.match(/^text-[0-9a-f]{16}$/)
      .and.to.equal(second);
    expect(JSON.stringify(lines)).not.to.contain("order-of-ann");
  });

  it("logs no failure for a 503 that is the intended answer", async () => {
    await expectProblem(await send("/late"), 503, "/problems/version-not-reached");
    expect(lines.map(({ level, msg }) => [level, msg])).to.deep.equal([[40, "request"]]);
    expect(lines[0]).not.to.have.property("err");
  });

  it("logs a failure that many requests share once", async () => {
    for (let n = 0; n < 5; n++) await expectProblem(await send("/away"), 503, "/problems/unavailable");
    expect(lines.filter(({ msg }) => msg === "request failed")).to.have.length(1);
  });

  it("writes a few lines for a flood of refused requests", async () => {
    for (let n = 0; n < 40; n++) expect((await send("/nowhere", { method: "PATCH" })).status).to.equal(404);
    expect(lines).to.have.length(10);
  });

  it("cuts off an answer that has begun", async () => {
    const error: unknown = await send("/half")
      .then((response) => response.text())
      .catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(TypeError);
    expect(lines[0]).to.have.nested.property("err.message", "in the middle");
  });

  it("logs a client's error at info by its route, without ids", async () => {
    await send("/orders/user-1?user_id=user-1", { method: "DELETE", headers: { Authorization: "Bearer user-1" } });
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ level: 30, method: "DELETE", route: "/orders/{id}", status: 405 });
    expect(lines[0]?.["correlation_id"]).to.be.a("string");
    expect(JSON.stringify(lines)).not.to.contain("user-1");
  });

  it("does not log the probes of an orchestrator", async () => {
    expect((await send("/readyz")).status).to.equal(503);
    expect(lines).to.deep.equal([]);
  });

  it("takes the client's correlation id or makes one", async () => {
    const answer = async (given?: string) => {
      const response = await send("/correlation", given === undefined ? {} : { headers: { "X-Correlation-Id": given } });
      const id: unknown = await response.json();
      expect(response.headers.get("X-Correlation-Id")).to.equal(id);
      return id;
    };
    expect(await answer("order-17:a")).to.equal("order-17:a");
    const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
    expect(await answer()).to.match(uuid);
    expect(await answer("two words")).to.match(uuid);
    expect(await answer("x".repeat(129))).to.match(uuid);
  });
});

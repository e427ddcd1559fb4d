import { createLogger, createMetricsRegistry, type HttpServer, listen, loadConfig, type Tracer } from "@cart/process-kit";
import { expect } from "chai";
import { Type } from "typebox";
import { apiConfig, apiGuard } from "../access/apiGuard.ts";
import { route } from "../route/route.ts";
import { apiApp } from "./apiApp.ts";
import { defineApi } from "./defineApi.ts";

const getThing = route({
  method: "GET",
  path: "/things/{id}/parts/{part_id}",
  isExact: true,
  operationId: "getThing",
  tag: "things",
  summary: "Get a thing",
  params: Type.Object({ id: Type.String({ examples: ["a"] }), part_id: Type.String({ examples: ["b"] }) }),
  answers: { 200: { description: "The thing.", content: { "application/json": Type.Object({}) } } },
  handle: () => ({ status: 200, json: "{}" }),
});
const api = defineApi({
  title: "Things",
  version: "1",
  description: "",
  tags: { things: "", operation: "" },
  routes: [getThing],
  schemas: {},
});

type RecordedSpan = { readonly names: string[]; readonly route: unknown };

describe("the route in an API's logs and spans", () => {
  let server: HttpServer;
  const lines: Record<string, unknown>[] = [];
  const spans: RecordedSpan[] = [];

  const tracer: Tracer = {
    startSpan: (name) => {
      const names = [name];
      let httpRoute: unknown;
      return {
        traceparent: undefined,
        setName: (newName) => void names.push(newName),
        setAttribute: (attribute, value) => void (httpRoute = attribute === "http.route" ? value : httpRoute),
        end: () => void spans.push({ names, route: httpRoute }),
      };
    },
    stop: () => Promise.resolve(),
  };

  before(async () => {
    const app = apiApp(api, {
      services: undefined,
      guard: apiGuard(loadConfig(Type.Object(apiConfig), {}), { realm: "things" }),
      logger: createLogger({
        service: "kit",
        level: "debug",
        destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
      }),
      tracer,
      registry: createMetricsRegistry("kit"),
      readiness: {},
      stopping: new AbortController().signal,
    });
    server = await listen(app, { port: 0, host: "127.0.0.1" });
  });
  after(() => server.close());
  beforeEach(() => {
    lines.length = 0;
    spans.length = 0;
  });

  /** Sends a request, and resolves when its log line is written and its span has ended. */
  const send = async (method: string, path: string): Promise<Response> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method, headers: { Connection: "close" } });
    await response.arrayBuffer();
    while (spans.length === 0) await new Promise((resolve) => void setImmediate(resolve));
    return response;
  };

  const pattern = "/things/{id}/parts/{part_id}";
  const routed: readonly (readonly [what: string, method: string, path: string, status: number, route: string])[] = [
    ["an answer", "GET", "/things/secret/parts/7", 200, pattern],
    ["a method that the route does not have", "DELETE", "/things/secret/parts/7", 405, pattern],
    ["the document", "GET", "/openapi.json", 200, "/openapi.json"],
    ["a file of the documentation that does not exist", "GET", "/docs/secret", 404, "/docs/{file}"],
  ];
  for (const [what, method, path, status, name] of routed) {
    it(`is the pattern of the OpenAPI document for ${what}`, async () => {
      const answer = await send(method, path);
      expect(answer.status).to.equal(status);
      expect(lines.map((line) => line["route"])).to.deep.equal([name]);
      expect(spans).to.deep.equal([{ names: [method, `${method} ${name}`], route: name }]);
    });
  }

  const unrouted: readonly (readonly [what: string, path: string, status: number])[] = [
    ["a path without a route", "/secret", 404],
    ["a path that a route has passed on", "/things/secret/parts/7/", 404],
    ["a path with an invalid escape", "/things/secret%zz/parts/7", 400],
  ];
  for (const [what, path, status] of unrouted) {
    it(`is "none" in the log and absent in the span for ${what}, and the path is in neither`, async () => {
      const answer = await send("GET", path);
      expect(answer.status).to.equal(status);
      expect(lines.map((line) => line["route"])).to.deep.equal(["none"]);
      expect(spans).to.deep.equal([{ names: ["GET"], route: undefined }]);
      expect(JSON.stringify([lines, spans])).not.to.contain("secret");
    });
  }
});

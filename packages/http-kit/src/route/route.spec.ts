import { once } from "node:events";
import { createLogger, createMetricsRegistry, type HttpServer, listen, loadConfig, noTracer } from "@cart/process-kit";
import { expect } from "chai";
import { SignJWT } from "jose";
import { Type } from "typebox";
import { apiConfig, apiGuard } from "../access/apiGuard.ts";
import { forbidden } from "../access/accessProblems.ts";
import { apiApp } from "../app/apiApp.ts";
import { defineApi } from "../app/defineApi.ts";
import { type Route, route } from "./route.ts";

const text = (example: string) => Type.String({ minLength: 1, maxLength: 8, examples: [example] });
const closed = { additionalProperties: false };

type Services = { readonly shop: string; readonly waits: { signal: AbortSignal | undefined; started?: (signal: AbortSignal) => void } };

const ok = <Properties extends Parameters<typeof Type.Object>[0]>(properties: Properties) => ({
  200: { description: "It is.", content: { "application/json": Type.Object(properties) } },
});

const thing = {
  path: "/things/{id}/parts",
  tag: "things",
  params: Type.Object({ id: text("a") }),
} as const;

const things: readonly Route<Services>[] = [
  route({
    ...thing,
    method: "POST",
    operationId: "addPart",
    summary: "Add a part",
    query: Type.Object({ count: Type.Optional(Type.Integer({ minimum: 1, examples: [1] })) }, closed),
    headers: Type.Object({ "X-Colour": Type.Optional(Type.String({ pattern: "^[a-z]+$", examples: ["red"] })) }),
    body: {
      schema: Type.Object({ owner: text("ann"), name: text("b") }, closed),
      required: true,
      fromToken: { owner: (actor) => actor.userId },
    },
    answers: {
      200: {
        description: "All.",
        headers: Type.Object({ "X-Shop": text("s") }),
        content: { "application/json": Type.Unknown({ examples: [{}] }) },
      },
    },
    handle: async ({ params, query, headers, body }, { shop }: Services) => ({
      status: 200,
      headers: { "X-Shop": shop },
      body: { params, query, headers, body },
    }),
  }),
  route({
    ...thing,
    method: "GET",
    isExact: true,
    operationId: "listParts",
    summary: "List the parts",
    access: (actor, { id }) => {
      if (actor.userId !== id) throw forbidden({ realm: "things", scope: "things", detail: "not yours" });
    },
    answers: ok({ id: text("a") }),
    handle: ({ params }) => ({ status: 200, json: JSON.stringify(params) }),
  }),
  route({
    method: "GET",
    path: "/wait",
    operationId: "wait",
    tag: "things",
    summary: "Wait for ever",
    answers: ok({}),
    handle: async ({ signal }, { waits }: Services) => {
      waits.signal = signal;
      waits.started?.(signal);
      await once(signal, "abort");
      throw new Error("what it waited for does not come");
    },
  }),
];

const define = (routes: readonly Route<Services>[]) =>
  defineApi<Services>({ title: "Things", version: "1", description: "", tags: { things: "", operation: "" }, routes, schemas: {} });
const api = define(things);

const secret = "a secret of 32 bytes is the least";
const tokenEnv = { AUTH_SECRET: secret, AUTH_ISSUER: "https://login.test/", AUTH_AUDIENCE: "things" };
const bearer = async (sub: string): Promise<Record<string, string>> => {
  const token = await new SignJWT({ sub, org: "o", iss: tokenEnv.AUTH_ISSUER, aud: tokenEnv.AUTH_AUDIENCE, exp: Date.now() })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
  return { Authorization: `Bearer ${token}` };
};

describe("a route", () => {
  const logged: { level: number; msg: string }[] = [];
  const waits: Services["waits"] = { signal: undefined };
  let open: HttpServer;
  let guarded: HttpServer;
  let patient: HttpServer;
  before(async () => {
    const serve = (env: Record<string, string>): Promise<HttpServer> =>
      listen(
        apiApp(api, {
          services: { shop: "corner", waits },
          guard: apiGuard(loadConfig(Type.Object(apiConfig), { REQUEST_TIMEOUT_MS: "50", AUTH_TENANT_CLAIM: "org", ...env }), {
            realm: "things",
          }),
          logger: createLogger({
            service: "kit",
            level: "error",
            destination: { write: (line) => logged.push(JSON.parse(line) as { level: number; msg: string }) },
          }),
          tracer: noTracer,
          registry: createMetricsRegistry("kit"),
          readiness: {},
          stopping: new AbortController().signal,
          timeoutDetail: "try again",
        }),
        { port: 0, host: "127.0.0.1" },
      );
    open = await serve({});
    guarded = await serve(tokenEnv);
    patient = await serve({ REQUEST_TIMEOUT_MS: "30000" });
  });
  after(async () => {
    await open.close();
    await guarded.close();
    await patient.close();
  });

  type Sent = { readonly on?: HttpServer; readonly body?: object; readonly headers?: Record<string, string> };
  const send = async (method: string, path: string, { on = open, body, headers = {} }: Sent = {}) => {
    const response = await fetch(`http://127.0.0.1:${on.port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    });
    const content = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      json: content === "" ? {} : (JSON.parse(content) as Record<string, unknown>),
    };
  };

  it("gives its handler validated values of the schemas' types, and the services", async () => {
    const { status, headers, json } = await send("POST", "/things/a/parts?count=2", {
      body: { owner: "ann", name: "b" },
      headers: { "x-colour": "red" },
    });
    expect([status, headers.get("X-Shop")]).to.deep.equal([200, "corner"]);
    expect(json).to.deep.equal({
      params: { id: "a" },
      query: { count: 2 },
      headers: { "X-Colour": "red" },
      body: { owner: "ann", name: "b" },
    });
  });

  const invalid: readonly [part: string, path: string, sent: Sent, field: string][] = [
    ["parameter", `/things/${"a".repeat(9)}/parts`, { body: { owner: "ann", name: "b" } }, "id"],
    ["query", "/things/a/parts?count=0", { body: { owner: "ann", name: "b" } }, "count"],
    ["query that it does not know", "/things/a/parts?size=0", { body: { owner: "ann", name: "b" } }, "size"],
    ["header", "/things/a/parts", { body: { owner: "ann", name: "b" }, headers: { "X-Colour": "7" } }, "X-Colour"],
    ["empty header", "/things/a/parts", { body: { owner: "ann", name: "b" }, headers: { "X-Colour": "" } }, "X-Colour"],
    ["body", "/things/a/parts", { body: { owner: "ann" } }, "name"],
  ];
  for (const [part, path, sent, field] of invalid) {
    it(`refuses a bad ${part} before its handler runs`, async () => {
      const { status, json } = await send("POST", path, sent);
      expect([status, json["type"]]).to.deep.equal([400, "/problems/validation"]);
      expect(json["errors"]).to.have.length(1);
      expect(json).to.have.nested.property("errors[0].field", field);
    });
  }

  it("fills in fields from the token where the body leaves them out, and asks for them where there is none", async () => {
    const headers = await bearer("zoe");
    const filled = await send("POST", "/things/a/parts", { on: guarded, body: { name: "b" }, headers });
    expect(filled.json["body"]).to.deep.equal({ owner: "zoe", name: "b" });
    const own = await send("POST", "/things/a/parts", { on: guarded, body: { owner: "bob", name: "b" }, headers });
    expect(own.json["body"]).to.deep.equal({ owner: "bob", name: "b" });
    const unchecked = await send("POST", "/things/a/parts", { body: { name: "b" } });
    expect([unchecked.status, unchecked.json["errors"]]).to.deep.equal([400, [{ field: "owner", message: "is required" }]]);
  });

  it("asks its access rule about a token, and about none while tokens are not checked", async () => {
    const get = async (on: HttpServer, headers = {}) => (await send("GET", "/things/ann/parts", { on, headers })).status;
    expect(await get(guarded)).to.equal(401);
    expect(await get(guarded, await bearer("bob"))).to.equal(403);
    expect(await get(guarded, await bearer("ann"))).to.equal(200);
    expect(await get(open)).to.equal(200);
  });

  it("answers other methods of its path with 405, and names those of all routes of the path", async () => {
    const { status, headers, json } = await send("PUT", "/things/a/parts");
    expect([status, json["type"], headers.get("Allow")]).to.deep.equal([405, "/problems/method-not-allowed", "POST, GET, HEAD"]);
  });

  it("with an exact path is not at the path with a slash at its end, as other routes are", async () => {
    expect((await send("GET", "/things/a/parts/")).status).to.equal(404);
    expect((await send("POST", "/things/a/parts/", { body: { owner: "ann", name: "b" } })).status).to.equal(200);
  });

  it("is told when its client has an answer already", async () => {
    const { status, json } = await send("GET", "/wait");
    expect([status, json["type"], json["detail"]]).to.deep.equal([503, "/problems/timeout", "try again"]);
    expect(waits.signal?.aborted).to.equal(true);
  });

  it("is told when its client is gone, and what it fails with then is no error", async () => {
    const leaving = new AbortController();
    const left = new Promise<AbortSignal>((resolve) => {
      waits.started = (signal) => {
        leaving.abort();
        resolve(signal);
      };
    });
    const gone = await fetch(`http://127.0.0.1:${patient.port}/wait`, { signal: leaving.signal }).catch(() => "gone");
    expect(gone).to.equal("gone");
    const signal = await left;
    if (!signal.aborted) await once(signal, "abort");
    // The handler has failed before the server answers another request.
    await send("GET", "/healthz", { on: patient });
    expect(logged.filter(({ msg }) => msg === "request failed")).to.deep.equal([]);
  });

  it("is in the document with all that it takes, and the problems that follow", () => {
    const operation = api.document.paths["/things/{id}/parts"]?.["post"];
    expect(operation?.parameters.map(({ name, required, example }) => [name, required, example])).to.deep.equal([
      ["id", true, "a"],
      ["count", false, undefined],
      ["X-Colour", false, undefined],
    ]);
    const content = operation?.requestBody?.content["application/json"];
    expect(content?.schema["required"]).to.deep.equal(["name"]);
    expect(content?.examples?.["without-token"]?.value).to.deep.equal({ owner: "ann", name: "b" });
    expect(content?.examples?.["with-token"]?.value).to.deep.equal({ name: "b" });
    expect(Object.keys(operation?.responses ?? {})).to.deep.equal(["200", "400", "401", "413", "415", "429", "503"]);
    expect(Object.keys(api.document.paths["/things/{id}/parts"]?.["get"]?.responses ?? {})).to.include("403");
  });

  it("has a schema for each name in its path, an address and an id of its own, and examples", () => {
    const other = {
      method: "GET",
      tag: "things",
      summary: "",
      answers: ok({}),
      handle: () => ({ status: 200, body: {} }) as const,
    } as const;
    const one = route({ ...other, path: "/one", operationId: "one" });
    expect(() => route({ ...other, path: "/things/{id}", operationId: "x" })).to.throw("GET /things/{id} needs a schema in params");
    expect(() => route({ ...other, path: "/things", params: thing.params, operationId: "x" })).to.throw("needs a schema in params");
    expect(() => define([one, route({ ...other, path: "/one", operationId: "x" })])).to.throw("there are two operations GET /one");
    expect(() => define([one, route({ ...other, path: "/x", operationId: "one" })])).to.throw("there are two operations one");
    expect(() => define([route({ ...other, path: "/x", operationId: "x", query: Type.Object({ size: Type.Integer() }) })])).to.throw(
      "query/size has no example",
    );
  });
});

import { correlationId, createLogger, type HttpServer, listen, loadConfig, problemHandler } from "@cart/process-kit";
import { expect } from "chai";
import express from "express";
import { request } from "node:http";
import { Type } from "typebox";
import { apiConfig, apiGuard } from "./apiGuard.ts";
import { checkBrowser } from "./checkBrowser.ts";

type Headers = Readonly<Record<string, string>>;

describe("requests of browsers", () => {
  const servers: HttpServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(({ close }) => close()));
  });

  /** Sends requests to an API with these variables. `fetch` would not send the headers that a test makes up. */
  const serve = async (env: Readonly<Record<string, string>>) => {
    const app = express();
    app.use(correlationId(), ...checkBrowser(apiGuard(loadConfig(Type.Object(apiConfig), env), { realm: "test" })));
    app.use("/", (_req, res) => void res.json({}));
    app.use(problemHandler({ logger: createLogger({ service: "kit", level: "silent" }) }));
    const server = await listen(app, { port: 0, host: "127.0.0.1" });
    servers.push(server);
    return (
      method: string,
      headers: Headers,
      path = "/",
    ): Promise<{ status: number | undefined; headers: Readonly<Record<string, unknown>> }> =>
      new Promise((resolve, reject) => {
        const sent = request({ port: server.port, host: "127.0.0.1", method, headers, path }, (response) => {
          response.resume().once("end", () => resolve({ status: response.statusCode, headers: response.headers }));
        });
        sent.once("error", reject).end();
      });
  };

  const hosts: readonly [host: string, status: number][] = [
    ["localhost", 200],
    ["localhost:8080", 200],
    ["127.0.0.1:8080", 200],
    ["127.1.2.3", 200],
    ["[::1]:8080", 200],
    ["LOCALHOST:8080", 200],
    ["shop.example", 403],
    ["shop.example:8080", 403],
    ["localhost.shop.example", 403],
    ["127.0.0.1.shop.example", 403],
    ["169.254.169.254", 403],
    ["127.999.1.1", 403],
    ["127.1", 403],
  ];
  for (const [host, status] of hosts) {
    it(`without tokens on this machine, answers a request to ${host} with ${status}`, async () => {
      const send = await serve({});
      expect((await send("GET", { Host: host })).status).to.equal(status);
    });
  }

  it("without tokens on this machine, goes by the host in a target in absolute form too", async () => {
    const send = await serve({});
    const statuses = ["http://localhost:8080/", "http://shop.example/", "HTTPS://shop.example", "http://shop.example?a=/"].map(
      async (target) => (await send("GET", { Host: "localhost" }, target)).status,
    );
    expect(await Promise.all(statuses)).to.deep.equal([200, 403, 403, 403]);
  });

  it("without tokens on this machine, takes a POST of its own pages and of no program's page", async () => {
    const send = await serve({});
    const host = "localhost:8080";
    expect((await send("POST", { Host: host })).status).to.equal(200);
    expect((await send("POST", { Host: host, Origin: `http://${host}` })).status).to.equal(200);
    for (const origin of ["https://evil.example", "http://localhost:3000", "null", "http://localhost:8080.evil.example"]) {
      expect((await send("POST", { Host: host, Origin: origin })).status, origin).to.equal(403);
    }
  });

  it("without tokens on a network, takes any host and no page of another origin", async () => {
    const send = await serve({ AUTH_DISABLED: "true" });
    expect((await send("POST", { Host: "carts.internal" })).status).to.equal(200);
    expect((await send("POST", { Host: "carts.internal", Origin: "https://evil.example" })).status).to.equal(403);
  });

  const withTokens = { AUTH_SECRET: "a secret of 32 bytes is the least", AUTH_ISSUER: "i", AUTH_AUDIENCE: "a" };

  it("with tokens, come from any host and page, because a page cannot make a browser send a token", async () => {
    const send = await serve(withTokens);
    const { status, headers } = await send("POST", { Host: "shop.example", Origin: "https://evil.example" });
    expect([status, headers["access-control-allow-origin"]]).to.deep.equal([200, undefined]);
  });

  it("are allowed by CORS to the configured pages only", async () => {
    const send = await serve({ ...withTokens, CORS_ORIGINS: "https://shop.example, https://admin.example:8443" });
    const preflight = {
      Host: "carts",
      "Access-Control-Request-Method": "PATCH",
      "Access-Control-Request-Headers": "authorization,if-match",
    };
    for (const origin of ["https://shop.example", "https://admin.example:8443"]) {
      const { status, headers } = await send("OPTIONS", { ...preflight, Origin: origin });
      expect([status, headers["access-control-allow-origin"]]).to.deep.equal([204, origin]);
      expect(headers["access-control-allow-methods"]).to.contain("PATCH");
      expect(headers["access-control-allow-headers"]).to.contain("If-Match");
    }
    const { headers } = await send("GET", { Host: "carts", Origin: "https://shop.example" });
    expect(headers["access-control-expose-headers"]).to.contain("ETag");
    expect(headers["access-control-allow-credentials"]).to.equal(undefined);
    const foreign = await send("OPTIONS", { ...preflight, Origin: "https://evil.example" });
    expect(foreign.headers["access-control-allow-origin"]).to.equal(undefined);
  });

  for (const origins of ["https://shop.example/", "shop.example", "*", "https://a b"]) {
    it(`are not configured as "${origins}"`, async () => {
      const error: unknown = await serve({ ...withTokens, CORS_ORIGINS: origins }).catch((reason: unknown) => reason);
      expect(String(error)).to.contain("CORS_ORIGINS has the wrong form");
    });
  }
});

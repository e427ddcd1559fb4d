import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  createMetricsRegistry,
  loadConfig,
  createLogger,
  correlationId,
  type HttpServer,
  listen,
  healthRoute,
  operationalRoutes,
  problemHandler,
} from "@cart/process-kit";
import { expect } from "chai";
import express from "express";
import { CompactSign, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { Type } from "typebox";
import { apiConfig, apiGuard } from "./apiGuard.ts";
import { checkAccess } from "./checkAccess.ts";
import { accessOf } from "./requestAccess.ts";

const issuer = "https://login.test/";
const audience = "carts";
const secret = "a secret of 32 bytes is the least";
const expected = { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience };

const claims = { sub: "user-1", tenant_id: "shop-1" };
const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;

/** A token that is right in all but what a test makes wrong. */
const unsigned = (payload: Record<string, unknown> = {}) =>
  new SignJWT({ ...claims, iss: issuer, aud: audience, exp: inAnHour(), ...payload });
const hs256 = (payload?: Record<string, unknown>, key = secret): Promise<string> =>
  unsigned(payload).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(key));

/** A token whose payload is the text of these members, which need not be what JSON.stringify writes. */
const raw = (members: string): Promise<string> => {
  const payload = `{"sub":"user-1","tenant_id":"shop-1","iss":"${issuer}","aud":"${audience}","exp":${inAnHour()},${members}}`;
  return new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(secret));
};

type Answer = {
  readonly status: number;
  readonly challenge: string | null;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
};

const serve = async (env: Record<string, string>) => {
  const logger = createLogger({ service: "access", level: "silent" });
  const guard = apiGuard(loadConfig(Type.Object(apiConfig), env), { realm: "carts" });
  const app = express();
  app.set("trust proxy", guard.trustedProxies);
  app.use(correlationId());
  app.use(
    healthRoute(),
    operationalRoutes({ registry: createMetricsRegistry("test"), readiness: {}, stopping: new AbortController().signal, logger }),
  );
  app.use(checkAccess(guard));
  app.get("/me", (_req, res) => void res.json({ access: accessOf(res) }));
  app.use(problemHandler({ logger }));
  const server = await listen(app, { port: 0, host: "127.0.0.1" });
  const get = async (path: string, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers });
    const text = await response.text();
    const body = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, challenge: response.headers.get("WWW-Authenticate"), headers: response.headers, body };
  };
  const me = (token: string): Promise<Answer> => get("/me", { Authorization: `Bearer ${token}` });
  return { get, me, close: server.close };
};
type Api = Awaited<ReturnType<typeof serve>>;

/** Closed after each test, also one that failed. */
const served: Api[] = [];
const serveOnce = async (env: Record<string, string>): Promise<Api> => {
  const api = await serve(env);
  served.push(api);
  return api;
};
afterEach("close what a test has served", async () => {
  await Promise.all(served.splice(0).map(({ close }) => close()));
});

const expectInvalid = ({ status, challenge, headers, body }: Answer, reason: string): void => {
  expect([status, body["type"], body["detail"]]).to.deep.equal([401, "/problems/unauthorized", reason]);
  expect(challenge).to.equal(`Bearer realm="carts", error="invalid_token", error_description="${reason}"`);
  expect(headers.get("Content-Type")).to.equal("application/problem+json");
};

describe("access with a shared secret", () => {
  let api: Api;
  before(async () => {
    api = await serve({ AUTH_SECRET: secret, ...expected });
  });
  after(() => api.close());

  it("knows the user, the tenant and the scopes", async () => {
    const exp = inAnHour();
    const user = { userId: "user-1", tenantId: "shop-1", scopes: ["carts:administrator", "openid"], expiresAt: (exp + 5) * 1000 };
    const token = await hs256({ exp, scope: "carts:administrator openid" });
    expect((await api.me(token)).body).to.deep.equal({ access: user });
    // A second time, from memory.
    expect((await api.me(token)).body).to.deep.equal({ access: user });
    expect((await api.me(await hs256({ exp }))).body).to.deep.equal({ access: { ...user, scopes: [] } });
    expect((await api.get("/me", { Authorization: `bearer   ${token}` })).status).to.equal(200);
  });

  it("asks for a token without an error code when there is none", async () => {
    for (const headers of [{}, { Authorization: "Basic dXNlcjpwYXNz" }, { Authorization: "" }]) {
      const { status, challenge, body } = await api.get("/me", headers);
      expect([status, challenge, body["type"]]).to.deep.equal([401, 'Bearer realm="carts"', "/problems/unauthorized"]);
    }
  });

  it("needs none for health, readiness and metrics", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics"]) expect((await api.get(path)).status, path).to.equal(200);
  });

  const past = Math.floor(Date.now() / 1000) - 10;
  const needs = (claim: string) => `the token needs the claim ${claim}`;
  const isNoText = (claim: string, most: number) =>
    `the claim ${claim} of the token is not text of 1 to ${most} characters without control characters`;
  const refused: readonly [what: string, token: () => Promise<string> | string, reason: string][] = [
    ["another issuer", () => hs256({ iss: "https://evil.test/" }), "the claim iss of the token is not accepted"],
    ["another audience", () => hs256({ aud: "orders" }), "the claim aud of the token is not accepted"],
    ["no audience", () => hs256({ aud: undefined }), needs("aud")],
    ["a token that has expired", () => hs256({ exp: past }), "the token has expired"],
    ["a token that never expires", () => hs256({ exp: undefined }), needs("exp")],
    ["a token that is not valid yet", () => hs256({ nbf: inAnHour() }), "the token is not valid yet"],
    ["another secret", () => hs256({}, "another secret of 32 bytes at least"), "the token is not valid"],
    ["no subject", () => hs256({ sub: undefined }), needs("sub")],
    ["no tenant", () => hs256({ tenant_id: undefined }), needs("tenant_id")],
    ["a tenant that is no text", () => hs256({ tenant_id: 7 }), isNoText("tenant_id", 64)],
    ["an endless tenant", () => hs256({ tenant_id: "t".repeat(65) }), isNoText("tenant_id", 64)],
    ["an empty subject", () => hs256({ sub: "" }), isNoText("sub", 255)],
    ["an endless subject", () => hs256({ sub: "u".repeat(256) }), isNoText("sub", 255)],
    ["a subject with a control character", () => hs256({ sub: "user\n1" }), isNoText("sub", 255)],
    ["a subject with NUL", () => hs256({ sub: "user\0" }), isNoText("sub", 255)],
    ["a subject with half of a character", () => raw('"sub":"user-\\ud800"'), isNoText("sub", 255)],
    ["a tenant with half of a character", () => raw('"sub":"a","tenant_id":"\\udc00"'), isNoText("tenant_id", 64)],
    ["a scope that is no text", () => hs256({ scope: 7 }), "the claim scope of the token is not text or a list of texts"],
    ["a list of scopes that are no texts", () => hs256({ scp: ["a", 7] }), "the claim scp of the token is not text or a list of texts"],
    [
      "no signature",
      () => new UnsecuredJWT({ ...claims, iss: issuer, aud: audience, exp: inAnHour() }).encode(),
      "the algorithm of the token is not accepted",
    ],
    [
      "HS512",
      () =>
        unsigned()
          .setProtectedHeader({ alg: "HS512" })
          .sign(new TextEncoder().encode(secret.repeat(2))),
      "the algorithm of the token is not accepted",
    ],
    [
      "RS256",
      async () =>
        unsigned()
          .setProtectedHeader({ alg: "RS256" })
          .sign((await generateKeyPair("RS256")).privateKey),
      "the algorithm of the token is not accepted",
    ],
    ["what is no token", () => "abc", "the token is not valid"],
    ["three texts that are no base64url", () => "a.b.c~", "the token is not valid"],
    ["two words", () => "abc def", "the token is malformed"],
    ["nothing behind the scheme", () => "", "the token is malformed"],
  ];
  for (const [what, token, reason] of refused) {
    it(`refuses ${what}`, async () => expectInvalid(await api.me(await token()), reason));
  }

  it("takes a subject of 255 characters, of which each may have four bytes", async () => {
    const sub = "👤".repeat(255);
    expect((await api.me(await hs256({ sub }))).body).to.have.nested.property("access.userId", sub);
  });

  it("takes the scopes of scope or scp, as words or as a list", async () => {
    for (const scopes of [{ scope: "a b" }, { scope: ["a", "b"] }, { scp: " a  b " }, { scp: ["a", "b"] }, { scope: "a b", scp: "c" }]) {
      expect((await api.me(await hs256(scopes))).body).to.have.deep.nested.property("access.scopes", ["a", "b"]);
    }
  });

  it("takes a token for 5 s after its expiry, because clocks differ", async () => {
    const now = Math.floor(Date.now() / 1000);
    expect((await api.me(await hs256({ exp: now - 2 }))).status).to.equal(200);
    expect((await api.me(await hs256({ nbf: now + 3 }))).status).to.equal(200);
    expectInvalid(await api.me(await hs256({ exp: now - 7 })), "the token has expired");
  });

  it("takes the names of the claims from the configuration", async () => {
    const names = { AUTH_USER_CLAIM: "https://shop/user", AUTH_TENANT_CLAIM: "org", AUTH_SCOPE_CLAIM: "roles" };
    const named = await serveOnce({ AUTH_SECRET: secret, ...expected, ...names });
    const token = await hs256({ "https://shop/user": "ann", org: "shop-7", roles: ["carts:admin"], scope: "ignored" });
    expect((await named.me(token)).body).to.have.nested.property("access.userId", "ann");
    expect((await named.me(token)).body).to.have.nested.property("access.tenantId", "shop-7");
    expect((await named.me(token)).body).to.have.deep.nested.property("access.scopes", ["carts:admin"]);
    expectInvalid(await named.me(await hs256({ org: "shop-7" })), needs("https://shop/user"));
  });

  it("refuses a token whose payload was changed", async () => {
    const [header = "", , signature = ""] = (await hs256()).split(".");
    const payload = Buffer.from(JSON.stringify({ ...claims, sub: "user-2", iss: issuer, aud: audience, exp: inAnHour() }));
    expectInvalid(await api.me(`${header}.${payload.toString("base64url")}.${signature}`), "the token is not valid");
  });

  it("forgets a token when it expires", async () => {
    const exact = await serveOnce({ AUTH_SECRET: secret, ...expected, AUTH_CLOCK_TOLERANCE: "0" });
    const exp = Math.floor(Date.now() / 1000) + 2;
    const token = await hs256({ exp });
    expect((await exact.me(token)).status).to.equal(200);
    await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now() + 5));
    expectInvalid(await exact.me(token), "the token has expired");
  });
});

describe("access with the issuer's public keys", () => {
  let api: Api;
  let jwks: HttpServer;
  let keysAreThere = true;
  let keys: Record<"RS256" | "ES256", Awaited<ReturnType<typeof generateKeyPair>>>;
  let rsaModulus = "";
  let weakKey: KeyObject;
  before(async () => {
    keys = {
      RS256: await generateKeyPair("RS256", { extractable: true }),
      ES256: await generateKeyPair("ES256", { extractable: true }),
    };
    const weakPair = generateKeyPairSync("rsa", { modulusLength: 1024 });
    weakKey = weakPair.privateKey;
    const weak = { ...weakPair.publicKey.export({ format: "jwk" }), kid: "weak", alg: "RS256", use: "sig" };
    const published = [
      { ...(await exportJWK(keys.RS256.publicKey)), kid: "rsa", alg: "RS256", use: "sig" },
      { ...(await exportJWK(keys.ES256.publicKey)), kid: "ec", alg: "ES256", use: "sig" },
      // A secret has no place there: published, it must not verify anything.
      weak,
      { kty: "oct", k: Buffer.from(secret).toString("base64url"), kid: "oct", alg: "HS256" },
    ];
    rsaModulus = JSON.stringify(published[0]);
    const app = express();
    app.get("/keys", (_req, res) => void (keysAreThere ? res.json({ keys: published }) : res.sendStatus(500)));
    jwks = await listen(app, { port: 0, host: "127.0.0.1" });
    api = await serve({ AUTH_JWKS_URL: `http://127.0.0.1:${jwks.port}/keys`, ...expected });
  });
  after(async () => {
    await api.close();
    await jwks.close();
  });

  const sign = (alg: "RS256" | "ES256", kid: string): Promise<string> =>
    unsigned().setProtectedHeader({ alg, kid }).sign(keys[alg].privateKey);

  it("gets 503 while the keys cannot be read, and not 401", async () => {
    keysAreThere = false;
    const { status, body, headers } = await api.me(await sign("RS256", "rsa"));
    expect([status, body["type"], headers.get("Retry-After")]).to.deep.equal([503, "/problems/unavailable", "1"]);
    keysAreThere = true;
  });

  it("refuses a published RSA key of less than 2048 bits", async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "RS256", kid: "weak" })}.${part({ ...claims, iss: issuer, aud: audience, exp: inAnHour() })}`;
    const signature = createSign("RSA-SHA256").update(signed).sign(weakKey).toString("base64url");
    expectInvalid(await api.me(`${signed}.${signature}`), "the token is not valid");
  });

  it("takes RS256 and ES256", async () => {
    expect((await api.me(await sign("RS256", "rsa"))).status).to.equal(200);
    expect((await api.me(await sign("ES256", "ec"))).status).to.equal(200);
  });

  it("refuses a key that the issuer does not publish", async () => {
    expectInvalid(await api.me(await sign("RS256", "unknown")), "the token is not valid");
    const other = await generateKeyPair("RS256");
    const token = await unsigned().setProtectedHeader({ alg: "RS256", kid: "rsa" }).sign(other.privateKey);
    expectInvalid(await api.me(token), "the token is not valid");
  });

  it("takes no public key, and no published one, for a shared secret", async () => {
    for (const [key, kid] of [
      [rsaModulus, "rsa"],
      [secret, "oct"],
      [secret, "rsa"],
    ] as const) {
      const token = await unsigned().setProtectedHeader({ alg: "HS256", kid }).sign(new TextEncoder().encode(key));
      expectInvalid(await api.me(token), "the algorithm of the token is not accepted");
    }
    const { privateKey } = await generateKeyPair("PS256");
    const token = await unsigned().setProtectedHeader({ alg: "PS256", kid: "rsa" }).sign(privateKey);
    expectInvalid(await api.me(token), "the algorithm of the token is not accepted");
  });
});

describe("access without tokens", () => {
  it("is anyone's, to everything", async () => {
    const api = await serveOnce({ AUTH_DISABLED: "true" });
    expect((await api.me("whatever")).body).to.deep.equal({ access: "unchecked" });
  });
});

describe("the rate limit", () => {
  it("is each user's own, and an address's for who is nobody", async () => {
    const api = await serveOnce({ AUTH_SECRET: secret, ...expected, RATE_LIMIT_PER_MINUTE: "2", TRUST_PROXY: "1" });
    const one = await hs256();
    // Another token of the same user.
    const again = await hs256({ exp: inAnHour() + 1 });
    const other = await hs256({ tenant_id: "shop-2" });
    const statuses = [];
    for (const token of [one, again, one, other, "guess"]) statuses.push((await api.me(token)).status);
    expect(statuses).to.deep.equal([200, 200, 429, 200, 401]);

    await api.me("guess");
    const { status, body, headers } = await api.me("guess");
    expect([status, body["type"]]).to.deep.equal([429, "/problems/rate-limited"]);
    expect(Number(headers.get("Retry-After"))).to.be.within(1, 60);
    const elsewhere = { Authorization: "Bearer guess", "X-Forwarded-For": "192.0.2.7" };
    expect((await api.get("/me", elsewhere)).status).to.equal(401);
    expect((await api.get("/healthz")).status).to.equal(200);
  });

  it("is off unless it is asked for", async () => {
    const api = await serveOnce({});
    for (let n = 0; n < 50; n++) expect((await api.get("/me")).status).to.equal(200);
    expect((await api.get("/me")).headers.has("RateLimit")).to.equal(false);
  });
});

import { ConfigError, loadConfig, createLogger } from "@cart/process-kit";
import { expect } from "chai";
import { Type } from "typebox";
import { accessConfig, accessPolicy } from "./accessPolicy.ts";
import { listenHost } from "./listenHost.ts";

const secret = "a secret of 32 bytes is the least";
const url = "https://login.test/keys";
const expected = { AUTH_ISSUER: "https://login.test/", AUTH_AUDIENCE: "carts" };

const policyFor = (env: Record<string, string>) => accessPolicy(loadConfig(Type.Object(accessConfig), env));

const linesFor = (env: Record<string, string>): readonly string[] => {
  try {
    policyFor(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
};

describe("the access policy", () => {
  it("is what the variables say", () => {
    expect(policyFor({})).to.deep.equal({ kind: "unchecked", loopbackOnly: true });
    expect(policyFor({ AUTH_DISABLED: "true" })).to.deep.equal({ kind: "unchecked", loopbackOnly: false });
    expect(policyFor({ AUTH_SECRET: secret, ...expected }).kind).to.equal("secret");
    expect(policyFor({ AUTH_JWKS_URL: url, ...expected, AUTH_DISABLED: "false" }).kind).to.equal("jwks");
  });

  it("takes keys over plain HTTP from this machine", () => {
    for (const host of ["127.0.0.1", "localhost:8080", "[::1]:80"]) {
      expect(policyFor({ AUTH_JWKS_URL: `http://${host}/keys`, ...expected }).kind).to.equal("jwks");
    }
  });

  const contradictions: readonly [what: string, env: Record<string, string>, line: RegExp][] = [
    ["both keys", { AUTH_SECRET: secret, AUTH_JWKS_URL: url, ...expected }, /^AUTH_JWKS_URL and AUTH_SECRET are both set/],
    ["a key for nothing", { AUTH_SECRET: secret, ...expected, AUTH_DISABLED: "true" }, /^AUTH_DISABLED is true, but/],
    ["no issuer", { AUTH_SECRET: secret, AUTH_AUDIENCE: "carts" }, /^AUTH_ISSUER is missing/],
    ["no audience", { AUTH_JWKS_URL: url, AUTH_ISSUER: "x" }, /^AUTH_AUDIENCE is missing/],
    ["no key", expected, /^AUTH_JWKS_URL or AUTH_SECRET is missing/],
    ["a short secret", { AUTH_SECRET: "0123456789012345678901234567890", ...expected }, /^AUTH_SECRET must NOT have fewer than 32/],
    [
      "keys that anybody on the way can change",
      { AUTH_JWKS_URL: "http://login.test/keys", ...expected },
      /^AUTH_JWKS_URL must begin with https:\/\/ unless its host is this machine/,
    ],
    [
      "a host that only looks like this machine",
      { AUTH_JWKS_URL: "http://127.0.0.1.login.test/keys", ...expected },
      /^AUTH_JWKS_URL must begin with https/,
    ],
    [
      "a claim's name with a quote",
      { ...expected, AUTH_SECRET: secret, AUTH_TENANT_CLAIM: 'a"b' },
      /^AUTH_TENANT_CLAIM has the wrong form/,
    ],
    ["no URL", { AUTH_JWKS_URL: "login.test", ...expected }, /^AUTH_JWKS_URL has the wrong form/],
    ["a switch that is none", { AUTH_DISABLED: "yes" }, /^AUTH_DISABLED must be boolean/],
  ];
  for (const [what, env, line] of contradictions) {
    it(`refuses ${what}, and shows no secret`, () => {
      const lines = linesFor(env);
      expect(lines).to.have.length(1);
      expect(lines[0]).to.match(line).and.not.contain("0123456789");
    });
  }

  it("opens no address to a network unless it is told to, and warns", () => {
    const warnings: string[] = [];
    const logger = createLogger({ service: "access", level: "info", destination: { write: (line) => warnings.push(line) } });
    const hostFor = (host: string, env: Record<string, string>): string => listenHost(host, policyFor(env), logger);
    for (const host of ["0.0.0.0", "::", "192.0.2.7"]) expect(hostFor(host, {})).to.equal("127.0.0.1");
    for (const host of ["127.0.0.1", "127.0.1.1", "::1", "localhost"]) expect(hostFor(host, {})).to.equal(host);
    expect(warnings).to.have.length(7);
    expect(hostFor("0.0.0.0", { AUTH_DISABLED: "true" })).to.equal("0.0.0.0");
    expect(warnings).to.have.length(8);
    expect(warnings.every((line) => line.includes('"level":40'))).to.equal(true);
    expect(hostFor("0.0.0.0", { AUTH_SECRET: secret, ...expected })).to.equal("0.0.0.0");
    expect(warnings).to.have.length(8);
  });
});

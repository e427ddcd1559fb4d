import { loadConfig } from "@cart/process-kit";
import { expect } from "chai";
import { Type } from "typebox";
import { signInConfig } from "../config.ts";
import { type SignIn, signInOf } from "./signIn.ts";

const read = (env: Readonly<Record<string, string>>): SignIn | undefined => signInOf(loadConfig(Type.Object(signInConfig), env));
const env = { OIDC_CLIENT_ID: "console", OIDC_ISSUER: "https://login.example/realms/shop" };

describe("how people sign in", () => {
  it("is by a token that they paste, unless a client of an issuer is configured", () => {
    expect(read({})).to.equal(undefined);
  });

  it("lets the page ask the issuer's origin for tokens, and the origins that are configured", () => {
    expect(read(env)).to.deep.equal({
      issuer: "https://login.example/realms/shop",
      client_id: "console",
      scope: "openid console:read console:repair carts:admin",
      parameters: {},
      origins: ["https://login.example"],
    });
    expect(read({ ...env, OIDC_ORIGINS: "https://tokens.example, https://login.example" })?.origins).to.deep.equal([
      "https://login.example",
      "https://tokens.example",
    ]);
  });

  it("passes parameters on to the issuer, but none that the flow itself sets", () => {
    expect(read({ ...env, OIDC_PARAMETERS: "resource=https%3A%2F%2Fcarts.example%2F&audience=carts" })?.parameters).to.deep.equal({
      resource: "https://carts.example/",
      audience: "carts",
    });
    for (const name of ["state", "nonce", "redirect_uri", "code_challenge_method", "response_type"])
      expect(() => read({ ...env, OIDC_PARAMETERS: `audience=carts&${name}=x` }), name).to.throw(`OIDC_PARAMETERS must not name ${name}`);
  });

  it("takes an issuer only over TLS or on this machine, and only text that cannot end a content security policy", () => {
    for (const issuer of ["http://login.example", "login.example", "https:", "https://a.example;script-src *", "https://a.example x"])
      expect(() => read({ ...env, OIDC_ISSUER: issuer }), issuer).to.throw("OIDC_ISSUER");
    for (const origins of ["https://a.example; script-src *", "*", "https:", "https://a.example/path", "data:"])
      expect(() => read({ ...env, OIDC_ORIGINS: origins }), origins).to.throw("OIDC_ORIGINS");
    expect(read({ ...env, OIDC_ISSUER: "http://127.0.0.1:9000" })?.origins).to.deep.equal(["http://127.0.0.1:9000"]);
    expect(() => read({ OIDC_CLIENT_ID: "console" })).to.throw("AUTH_ISSUER");
  });
});

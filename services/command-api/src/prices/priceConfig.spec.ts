import { ConfigError, loadConfig } from "@cart/process-kit";
import { expect } from "chai";
import { Type } from "typebox";
import { priceConfig, priceKeys } from "./priceConfig.ts";

const secret = "a secret of the catalogue, 32 long";
const schema = Type.Object({ ...priceConfig, AUTH_SECRET: Type.Optional(Type.String()) });
const keysFor = (env: Record<string, string>) => priceKeys(loadConfig(schema, env));

describe("the keys of signed prices", () => {
  it("are what the variables say, and none by default", () => {
    expect(keysFor({})).to.equal(undefined);
    expect(keysFor({ PRICE_SECRET: secret })?.kind).to.equal("secret");
    expect(keysFor({ PRICE_JWKS_URL: "https://catalogue.test/keys" })?.kind).to.equal("jwks");
  });

  it("are refused if they are contradictory, too short or the secret of tokens", () => {
    for (const env of [
      { PRICE_SECRET: secret, PRICE_JWKS_URL: "https://catalogue.test/keys" },
      { PRICE_SECRET: "short" },
      { PRICE_JWKS_URL: "catalogue.test" },
      { PRICE_JWKS_URL: "http://catalogue.test/keys" },
      { PRICE_SECRET: secret, AUTH_SECRET: secret },
    ]) {
      expect(() => keysFor(env), JSON.stringify(env)).to.throw(ConfigError);
    }
  });
});

import { isSafeKeysUrl, type SigningKeys } from "@cart/http-kit";
import { ConfigError } from "@cart/process-kit";
import { type Static, Type } from "typebox";

/** The variables that say whose signed prices are accepted: spread them into the service's own `Type.Object`. */
export const priceConfig = {
  PRICE_JWKS_URL: Type.Optional(
    Type.String({
      pattern: "^https?://[^/\\s]+\\S*$",
      description: "where the catalogue's public keys are, for prices signed with RS256 or ES256",
    }),
  ),
  PRICE_SECRET: Type.Optional(
    Type.String({ minLength: 32, description: "secret shared with the catalogue, 32 characters at least, for prices signed with HS256" }),
  ),
};

/** How long the catalogue's keys go on after they could not be renewed. Milliseconds. */
const graceMs = 3_600_000;

const priceConfigSchema = Type.Object({ ...priceConfig, AUTH_SECRET: Type.Optional(Type.String()) });

/** Returns the keys of signed prices, or `undefined` if the service accepts none. Throws a `ConfigError` for variables that contradict each other. */
export const priceKeys = (config: Static<typeof priceConfigSchema>): SigningKeys | undefined => {
  const { PRICE_JWKS_URL: url, PRICE_SECRET: secret, AUTH_SECRET: authSecret } = config;
  if (url !== undefined && secret !== undefined) throw new ConfigError(["PRICE_JWKS_URL and PRICE_SECRET are both set: choose one"]);
  if (secret !== undefined && secret === authSecret)
    throw new ConfigError(["PRICE_SECRET is the AUTH_SECRET: use another one, because whoever signs prices could sign tokens"]);
  if (url !== undefined && !isSafeKeysUrl(new URL(url)))
    throw new ConfigError(["PRICE_JWKS_URL must begin with https:// unless its host is this machine"]);
  if (url !== undefined) return { kind: "jwks", url: new URL(url), graceMs };
  return secret === undefined ? undefined : { kind: "secret", secret: new TextEncoder().encode(secret) };
};

import { ConfigError } from "@cart/process-kit";
import { type Static, Type } from "typebox";

/** The variables that say whose tokens an API accepts: spread them into the properties of the service's own `Type.Object`. */
export const accessConfig = {
  AUTH_JWKS_URL: Type.Optional(
    Type.String({
      pattern: "^https?://[^/\\s]+\\S*$",
      description: "where the issuer's public keys are, for tokens signed with RS256 or ES256",
    }),
  ),
  AUTH_SECRET: Type.Optional(
    Type.String({ minLength: 32, description: "secret shared with the issuer, 32 characters at least, for tokens signed with HS256" }),
  ),
  AUTH_ISSUER: Type.Optional(Type.String({ minLength: 1, description: "the iss of every token" })),
  AUTH_AUDIENCE: Type.Optional(Type.String({ minLength: 1, description: "among the aud of every token" })),
  AUTH_DISABLED: Type.Boolean({ default: false, description: "true: no authentication; anyone may do anything, from any address" }),
};

const accessConfigSchema = Type.Object(accessConfig);

type Expected = { readonly issuer: string; readonly audience: string };

/** What makes a token valid. */
export type TokenPolicy =
  | (Expected & { readonly kind: "jwks"; readonly url: URL })
  | (Expected & { readonly kind: "secret"; readonly secret: Uint8Array });

export type AccessPolicy = TokenPolicy | { readonly kind: "unchecked"; readonly loopbackOnly: boolean };

/** Throws a `ConfigError` for variables that contradict each other, so that no operator believes tokens to be checked when they are not. */
export const accessPolicy = (config: Static<typeof accessConfigSchema>): AccessPolicy => {
  const { AUTH_JWKS_URL: jwksUrl, AUTH_SECRET: secret, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_DISABLED: disabled } = config;
  const key = jwksUrl === undefined ? "AUTH_SECRET" : "AUTH_JWKS_URL";
  const given = [jwksUrl, secret, issuer, audience].some((value) => value !== undefined);
  if (!given) return { kind: "unchecked", loopbackOnly: !disabled };

  const lines: string[] = [];
  if (disabled) lines.push("AUTH_DISABLED is true, but other variables say how to check tokens: set one or the other");
  if (jwksUrl !== undefined && secret !== undefined) lines.push("AUTH_JWKS_URL and AUTH_SECRET are both set: choose one");
  if (jwksUrl === undefined && secret === undefined) lines.push("AUTH_JWKS_URL or AUTH_SECRET is missing: what tokens are verified with");
  if (issuer === undefined) lines.push(`AUTH_ISSUER is missing: ${key} needs it`);
  if (audience === undefined) lines.push(`AUTH_AUDIENCE is missing: ${key} needs it`);
  if (lines.length > 0 || issuer === undefined || audience === undefined) throw new ConfigError(lines);
  if (jwksUrl !== undefined) return { kind: "jwks", url: new URL(jwksUrl), issuer, audience };
  return { kind: "secret", secret: new TextEncoder().encode(secret), issuer, audience };
};

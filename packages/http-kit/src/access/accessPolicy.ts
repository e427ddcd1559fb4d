import { ConfigError, milliseconds } from "@cart/process-kit";
import { type Static, Type } from "typebox";
import { isLoopback } from "./loopback.ts";
import type { ClaimNames } from "./tokenClaims.ts";

/** A message of a 401 names the claim in a quoted header. */
const claimName = "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,255}$";

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
  AUTH_USER_CLAIM: Type.String({ pattern: claimName, default: "sub", description: "the claim with the token's user" }),
  AUTH_TENANT_CLAIM: Type.String({ pattern: claimName, default: "tenant_id", description: "the claim with the token's tenant" }),
  AUTH_SCOPE_CLAIM: Type.Optional(
    Type.String({ pattern: claimName, description: "the claim with the token's scopes, by default scope or else scp" }),
  ),
  AUTH_CLOCK_TOLERANCE: Type.Integer({
    minimum: 0,
    maximum: 300,
    default: 5,
    description: "seconds by which the issuer's clock may differ from this machine's",
  }),
  AUTH_KEYS_GRACE_MS: milliseconds(3_600_000, {
    description: "how long the issuer's keys go on after they could not be renewed",
  }),
  AUTH_DISABLED: Type.Boolean({ default: false, description: "true: no authentication; anyone may do anything, from any address" }),
};

const accessConfigSchema = Type.Object(accessConfig);

type Expected = {
  readonly issuer: string;
  readonly audience: string;
  readonly claims: ClaimNames;
  readonly toleranceSeconds: number;
};

/** What makes a token valid. */
export type TokenPolicy =
  | (Expected & { readonly kind: "jwks"; readonly url: URL; readonly graceMs: number })
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
  if (jwksUrl !== undefined && !isSafeKeysUrl(new URL(jwksUrl)))
    lines.push("AUTH_JWKS_URL must begin with https:// unless its host is this machine");
  if (issuer === undefined) lines.push(`AUTH_ISSUER is missing: ${key} needs it`);
  if (audience === undefined) lines.push(`AUTH_AUDIENCE is missing: ${key} needs it`);
  if (lines.length > 0 || issuer === undefined || audience === undefined) throw new ConfigError(lines);
  const claims = { user: config.AUTH_USER_CLAIM, tenant: config.AUTH_TENANT_CLAIM, scope: config.AUTH_SCOPE_CLAIM };
  const expected = { issuer, audience, claims, toleranceSeconds: config.AUTH_CLOCK_TOLERANCE };
  if (jwksUrl !== undefined) return { kind: "jwks", url: new URL(jwksUrl), graceMs: config.AUTH_KEYS_GRACE_MS, ...expected };
  return { kind: "secret", secret: new TextEncoder().encode(secret), ...expected };
};

/** Whoever changes the keys on their way signs every token. */
export const isSafeKeysUrl = ({ protocol, hostname }: URL): boolean => protocol === "https:" || isLoopback(hostname);

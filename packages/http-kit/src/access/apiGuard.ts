import { milliseconds, type ReadinessChecks } from "@cart/process-kit";
import { type Static, Type } from "typebox";
import { accessConfig, type AccessPolicy, accessPolicy } from "./accessPolicy.ts";
import { createTickets, type Tickets } from "./tickets.ts";
import { createTokenVerifier, type TokenVerifier } from "./tokenVerifier.ts";

/** RFC 6454, 6.2: no path, not even a slash. */
const origin = "https?://[^\\s,/]+";

/** The variables by which an API guards itself: spread them into the properties of the service's own `Type.Object`. */
export const apiConfig = {
  ...accessConfig,
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 0,
    default: 0,
    description: "most requests a minute from one client to this process; 0 for any number",
  }),
  TRUST_PROXY: Type.Integer({
    minimum: 0,
    maximum: 10,
    default: 0,
    description: "how many proxies stand in front of the service; their X-Forwarded-For names a client's address",
  }),
  CORS_ORIGINS: Type.String({
    pattern: `^\\s*(${origin}(\\s*,\\s*${origin})*)?\\s*$`,
    default: "",
    description: "origins of the web pages that may use the API, https://shop.example, comma separated",
  }),
  TICKET_SECRET: Type.Optional(
    Type.String({
      minLength: 32,
      description: "secret, the same for all replicas, 32 characters at least, with which tickets for event streams are signed",
    }),
  ),
  REQUEST_TIMEOUT_MS: milliseconds(30_000, { minimum: 1, description: "longest time that a request waits for its answer" }),
};

const apiConfigSchema = Type.Object(apiConfig);

/** What an API's tokens are called. */
export type TokenRules = {
  /** The protection space that a 401 or 403 names (RFC 9110, 11.5): plain ASCII without quotes. */
  readonly realm: string;
};

export type ApiGuard = {
  readonly policy: AccessPolicy;
  readonly realm: string;
  /** Absent while no tokens are checked. */
  readonly verifier: TokenVerifier | undefined;
  /** A tokens' issuer that was never read is a dependency that the API is not ready without. */
  readonly readiness: ReadinessChecks;
  readonly tickets: Tickets;
  /** The origins of the web pages that may use the API. */
  readonly corsOrigins: readonly string[];
  readonly requestsPerMinute: number;
  readonly trustedProxies: number;
  readonly requestTimeoutMs: number;
};

/** Throws a `ConfigError` for variables that contradict each other. */
export const apiGuard = (config: Static<typeof apiConfigSchema>, { realm }: TokenRules): ApiGuard => {
  const policy = accessPolicy(config);
  const verifier = policy.kind === "unchecked" ? undefined : createTokenVerifier(policy, realm);
  return {
    policy,
    realm,
    verifier,
    readiness: policy.kind === "jwks" && verifier !== undefined ? { issuer: verifier.assertReady } : {},
    tickets: createTickets(config.TICKET_SECRET),
    corsOrigins: parseOrigins(config.CORS_ORIGINS),
    requestsPerMinute: config.RATE_LIMIT_PER_MINUTE,
    trustedProxies: config.TRUST_PROXY,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
  };
};

const parseOrigins = (origins: string): string[] =>
  origins
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");

import { milliseconds } from "@cart/process-kit";
import { type Static, Type } from "typebox";
import { accessConfig, type AccessPolicy, accessPolicy } from "./accessPolicy.ts";

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
  REQUEST_TIMEOUT_MS: milliseconds(30_000, { minimum: 1, description: "longest time that a request waits for its answer" }),
};

const apiConfigSchema = Type.Object(apiConfig);

/** What an API's tokens are called. */
export type TokenRules = {
  /** The protection space that a 401 or 403 names (RFC 9110, 11.5): plain ASCII without quotes. */
  readonly realm: string;
  /** The claim with the token's tenant. */
  readonly tenantClaim: string;
};

export type ApiGuard = {
  readonly policy: AccessPolicy;
  readonly tokens: TokenRules;
  readonly requestsPerMinute: number;
  readonly trustedProxies: number;
  readonly requestTimeoutMs: number;
};

/** Throws a `ConfigError` for variables that contradict each other. */
export const apiGuard = (config: Static<typeof apiConfigSchema>, tokens: TokenRules): ApiGuard => ({
  policy: accessPolicy(config),
  tokens,
  requestsPerMinute: config.RATE_LIMIT_PER_MINUTE,
  trustedProxies: config.TRUST_PROXY,
  requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
});

import { milliseconds } from "@cart/process-kit";
import { type Static, Type } from "typebox";
import { accessConfig, type AccessPolicy, accessPolicy } from "./accessPolicy.ts";

/** How an API guards itself: spread it into the properties of the service's own `Type.Object`. */
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
    description: "how many proxies are in front of the service, whose X-Forwarded-For says a client's address",
  }),
  REQUEST_TIMEOUT_MS: milliseconds(30_000, { minimum: 1, description: "longest time that a request waits for its answer" }),
};

const apiConfigSchema = Type.Object(apiConfig);

export type ApiGuard = {
  readonly policy: AccessPolicy;
  readonly requestsPerMinute: number;
  readonly trustedProxies: number;
  /** Milliseconds. */
  readonly requestTimeout: number;
};

/** Throws a `ConfigError` for variables that contradict each other. */
export const apiGuard = (config: Static<typeof apiConfigSchema>): ApiGuard => ({
  policy: accessPolicy(config),
  requestsPerMinute: config.RATE_LIMIT_PER_MINUTE,
  trustedProxies: config.TRUST_PROXY,
  requestTimeout: config.REQUEST_TIMEOUT_MS,
});

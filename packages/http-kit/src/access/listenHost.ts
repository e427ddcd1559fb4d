import type { Logger } from "@cart/process-kit";
import type { AccessPolicy } from "./accessPolicy.ts";

const loopback = "127.0.0.1";

/** The address that an API listens on: only this machine's own while anybody may do anything, unless that was asked for. */
export const listenHost = (host: string, policy: AccessPolicy, logger: Logger): string => {
  if (policy.kind !== "unchecked") return host;
  if (!policy.loopbackOnly) {
    logger.warn("AUTH_DISABLED: no tokens are checked, whoever reaches this service may read and change every cart");
    return host;
  }
  const reached = isLoopback(host) ? host : loopback;
  logger.warn(
    { host: reached },
    "no tokens are checked, so only this machine is served: set AUTH_JWKS_URL or AUTH_SECRET, or AUTH_DISABLED=true",
  );
  return reached;
};

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);

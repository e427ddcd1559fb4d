import type { Logger } from "@cart/process-kit";
import type { AccessPolicy } from "./accessPolicy.ts";
import { isLoopback } from "./loopback.ts";

const loopback = "127.0.0.1";

/** The address on which an API listens: loopback while it checks no tokens, unless AUTH_DISABLED asks for more. */
export const listenHost = (host: string, policy: AccessPolicy, logger: Logger): string => {
  if (policy.kind !== "unchecked") return host;
  if (!policy.loopbackOnly) {
    logger.warn("AUTH_DISABLED: no tokens are checked; anyone who reaches this service may read and change everything");
    return host;
  }
  const reached = isLoopback(host) ? host : loopback;
  logger.warn(
    { host: reached },
    "no tokens are checked, so only this machine is served: set AUTH_JWKS_URL or AUTH_SECRET, or AUTH_DISABLED=true",
  );
  return reached;
};

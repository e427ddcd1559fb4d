import type { Logger } from "@cart/process-kit";
import type { Registry } from "prom-client";
import type { Static } from "typebox";
import type { CartCommandsOptions } from "./carts/cartCommands.ts";
import { createCheckMetrics } from "./checks/checkMetrics.ts";
import { shopCheck } from "./checks/shopCheck.ts";
import type { config as configSchema } from "./config.ts";
import { priceKeys } from "./prices/priceConfig.ts";
import { signedPrices } from "./prices/signedPrice.ts";

type Config = Pick<
  Static<typeof configSchema>,
  | "AUTH_SECRET"
  | "PRICE_JWKS_URL"
  | "PRICE_SECRET"
  | "CART_CHECK_URL"
  | "CART_CHECK_TOKEN"
  | "CART_CHECK_TIMEOUT_MS"
  | "CART_CHECK_WHEN_AWAY"
>;

/** Opens what the configuration names besides the request as a source of items' prices. Throws a `ConfigError` for contradictory variables. */
export const itemSources = (
  config: Config,
  { registry, logger }: { readonly registry: Registry; readonly logger: Logger },
): Pick<CartCommandsOptions, "verifySignedPrice" | "check"> => {
  const keys = priceKeys(config);
  const { CART_CHECK_URL: url } = config;
  return {
    verifySignedPrice: keys && signedPrices(keys),
    check:
      url === undefined
        ? undefined
        : shopCheck({
            url,
            token: config.CART_CHECK_TOKEN,
            timeoutMs: config.CART_CHECK_TIMEOUT_MS,
            whenAway: config.CART_CHECK_WHEN_AWAY,
            metrics: createCheckMetrics(registry),
            logger,
          }),
  };
};

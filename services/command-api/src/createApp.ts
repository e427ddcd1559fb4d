import { apiApp, type ApiAppOptions } from "@cart/http-kit";
import type { Express } from "express";
import { api } from "./api.ts";
import { cartCommands, type CartCommandsOptions } from "./carts/cartCommands.ts";
import type { ErasureRequests } from "./erasures/erasureRequests.ts";
import { policyCommands } from "./policies/policyCommands.ts";

export type AppOptions = Omit<ApiAppOptions<unknown>, "services"> &
  CartCommandsOptions & {
    readonly policyHandler: Parameters<typeof policyCommands>[0]["handler"];
    readonly erasures: ErasureRequests;
  };

/** The whole HTTP surface of the service; it never listens. */
export const createApp = ({
  handler,
  policyHandler,
  metrics,
  keys,
  defaults,
  rules,
  now,
  verifySignedPrice,
  check,
  loadCarts,
  erasures,
  ...options
}: AppOptions): Express =>
  apiApp(api, {
    ...options,
    services: {
      carts: cartCommands({ handler, metrics, keys, defaults, rules, now, verifySignedPrice, check, loadCarts }),
      policies: policyCommands({ handler: policyHandler, metrics, keys, now }),
      erasures,
    },
    timeoutDetail: "the command may have been executed; with an Idempotency-Key it can be sent again",
  });

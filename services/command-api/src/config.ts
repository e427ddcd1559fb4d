import { defaultCartLimits } from "@cart/domain";
import { apiConfig } from "@cart/http-kit";
import { sealingConfig } from "@cart/personal-data";
import { commonConfig, milliseconds, mysqlConfig, mysqlUrl, port } from "@cart/process-kit";
import { Type } from "typebox";
import { checkConfig } from "./checks/checkConfig.ts";
import { priceConfig } from "./prices/priceConfig.ts";

export const config = Type.Object({
  ...commonConfig,
  ...mysqlConfig,
  ...apiConfig,
  ...priceConfig,
  ...checkConfig,
  PORT: port(8080),
  EVENTSTORE_URL: mysqlUrl,
  ...sealingConfig,
  ERASURE_DUE_MS: milliseconds(3_600_000, {
    minimum: 1_000,
    description: "milliseconds within which a shopper has to be erased; an alert tells of an erasure that is not",
  }),
  DEFAULT_CURRENCY: Type.String({
    pattern: "^[A-Z]{3}$",
    default: "USD",
    description: "ISO 4217 currency of a new cart when the client names none",
  }),
  MYSQL_CONNECTIONS: Type.Integer({ minimum: 1, maximum: 200, default: 8, description: "most connections to the event store" }),
  IDEMPOTENCY_RETENTION_MS: milliseconds(86_400_000, {
    minimum: 1_000,
    description: "how long the answer to a request with an Idempotency-Key is kept at least",
  }),
  CART_MAX_BYTES: Type.Integer({
    minimum: 4_096,
    maximum: 700_000,
    default: defaultCartLimits.maxBytes,
    description: "most bytes of a cart's contents: 60 for each line, and its texts in UTF-8",
  }),
  CART_MAX_EVENTS: Type.Integer({
    minimum: 100,
    maximum: 1_000_000,
    default: defaultCartLimits.maxEvents,
    description: "events after which a cart can only be brought to its end",
  }),
  IDEMPOTENCY_KEYS_PER_USER: Type.Integer({
    minimum: 1,
    default: 10_000,
    description: "most answers to Idempotency-Keys of one user that this process stores within that time",
  }),
  CACHED_CART_BYTES: Type.Integer({
    minimum: 1_048_576,
    default: 67_108_864,
    description: "most bytes of the carts' states in memory",
  }),
  CACHED_CARTS: Type.Integer({ minimum: 1, default: 10_000, description: "how many carts' states are kept in memory" }),
});

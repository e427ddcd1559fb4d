import { milliseconds } from "@cart/process-kit";
import { type Static, Type } from "typebox";

/** The variables of the shop's check: spread them into the service's own `Type.Object`. */
export const checkConfig = {
  CART_CHECK_URL: Type.Optional(
    Type.String({
      pattern: "^https?://[^/\\s]+\\S*$",
      description: "the shop's own service, which is asked before an item is added and before a cart is submitted or merged",
    }),
  ),
  CART_CHECK_TOKEN: Type.Optional(Type.String({ minLength: 1, description: "bearer token that is sent to CART_CHECK_URL" })),
  CART_CHECK_TIMEOUT_MS: milliseconds(500, { minimum: 10, maximum: 10_000, description: "longest wait for the whole answer of the check" }),
  CART_CHECK_WHEN_AWAY: Type.Enum(["refuse", "allow"], {
    default: "refuse",
    description: "what happens to changes while the check does not answer",
  }),
};

const checkConfigSchema = Type.Object(checkConfig);
export type CheckConfig = Static<typeof checkConfigSchema>;

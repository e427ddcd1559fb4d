import type { Aggregate } from "../aggregate.ts";
import type { Decider } from "../decider.ts";
import { createEventCodec } from "../events/eventCodec.ts";
import { type CartCommand, decideCart } from "./cartCommands.ts";
import { cartAggregateType, type CartEvent, cartEventCatalog } from "./cartEvents.ts";
import { type CartRules, contentBytes, defaultCartLimits, requireWithin } from "./cartLimits.ts";
import { cartOwnership } from "./cartOwnership.ts";
import { cartPersonalFields } from "./cartPersonalFields.ts";
import { type Cart, cartSnapshots, evolveCart } from "./cartState.ts";

export const cartEventCodec = createEventCodec(cartEventCatalog);

/** The decider of carts that stay within the limits. */
export const cartDeciderWithin = (rules: CartRules): Decider<Cart, CartCommand, CartEvent> => ({
  initialState: { status: "NONE" },
  decide: (command, cart, version) =>
    requireWithin(
      rules,
      { cart, version },
      decideCart(command, cart, rules.lineIds),
      command.type === "ChangeCart" ? "operations" : undefined,
    ),
  evolve: evolveCart,
});

export const cartDecider = cartDeciderWithin(defaultCartLimits);

export const cartAggregateWithin = (rules: CartRules): Aggregate<Cart, CartCommand, CartEvent> => ({
  type: cartAggregateType,
  decider: cartDeciderWithin(rules),
  codec: cartEventCodec,
  snapshots: cartSnapshots,
  tenantOf: (cart) => (cart.status === "NONE" ? undefined : cart.tenantId),
  ownership: cartOwnership,
  personalFields: cartPersonalFields,
  memoryBytes: (cart) => 1_024 + 2 * contentBytes(cart),
});

export const cartAggregate = cartAggregateWithin(defaultCartLimits);

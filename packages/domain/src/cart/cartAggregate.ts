import type { Aggregate } from "../aggregate.ts";
import type { Decider } from "../decider.ts";
import { createEventCodec } from "../events/eventCodec.ts";
import { type CartCommand, decideCart } from "./cartCommands.ts";
import { type CartEvent, cartEventCatalog } from "./cartEvents.ts";
import { type Cart, cartSnapshots, evolveCart } from "./cartState.ts";

export const cartAggregateType = "Cart";

export const cartEventCodec = createEventCodec(cartEventCatalog);

export const cartDecider: Decider<Cart, CartCommand, CartEvent> = {
  initialState: { status: "NONE" },
  decide: decideCart,
  evolve: evolveCart,
};

export const cartAggregate: Aggregate<Cart, CartCommand, CartEvent> = {
  type: cartAggregateType,
  decider: cartDecider,
  codec: cartEventCodec,
  snapshots: cartSnapshots,
};

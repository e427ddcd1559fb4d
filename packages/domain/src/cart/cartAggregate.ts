import type { Aggregate } from "../aggregate.ts";
import { createEventCodec } from "../events/eventCodec.ts";
import type { CartCommand } from "./cartCommands.ts";
import { cartDecider } from "./cartDecider.ts";
import { type CartEvent, cartEventCatalog } from "./cartEvents.ts";
import { cartSnapshots } from "./cartSnapshots.ts";
import type { Cart } from "./cartState.ts";

export const cartAggregateType = "Cart";

export const cartEventCodec = createEventCodec(cartEventCatalog);

export const cartAggregate: Aggregate<Cart, CartCommand, CartEvent> = {
  type: cartAggregateType,
  decider: cartDecider,
  codec: cartEventCodec,
  snapshots: cartSnapshots,
};

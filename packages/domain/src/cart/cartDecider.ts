import type { Decider } from "../decider.ts";
import type { CartCommand } from "./cartCommands.ts";
import type { CartEvent } from "./cartEvents.ts";
import type { Cart } from "./cartState.ts";
import { decideCart } from "./decideCart.ts";
import { evolveCart } from "./evolveCart.ts";

export const cartDecider: Decider<Cart, CartCommand, CartEvent> = {
  initialState: { status: "NONE" },
  decide: decideCart,
  evolve: evolveCart,
};

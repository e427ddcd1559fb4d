import type { SnapshotPolicy } from "../aggregate.ts";
import type { Cart, CartLine } from "./cartState.ts";

/** `Cart` with its lines as a list. Written by this program only, under its own schema version. */
type CartJson = Cart extends infer State
  ? State extends { lines: unknown }
    ? Omit<State, "lines"> & { lines: CartLine[] }
    : State
  : never;

export const cartSnapshots: SnapshotPolicy<Cart> = {
  schemaVersion: 3,
  every: 100,
  toJson: (cart): CartJson => (cart.status === "NONE" ? cart : { ...cart, lines: [...cart.lines.values()] }),
  fromJson: (json) => {
    const cart = json as CartJson;
    return cart.status === "NONE" ? cart : { ...cart, lines: new Map(cart.lines.map((line) => [line.itemId, line])) };
  },
};

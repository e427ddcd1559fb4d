import { randomUUID } from "node:crypto";
import type { Random } from "../random.ts";

/** Somebody whose carts the clients fill. */
export type Shopper = {
  readonly userId: string;
  /** A text that is in everything that is sent for this shopper, so that it can be searched for. */
  readonly text?: string;
  /** No command has an idempotency key. An erasure deletes the answers, so a command that is repeated meanwhile would be executed again. */
  readonly withoutKeys?: boolean;
};

export type LoadedCart = { readonly cartId: string; readonly shopper: Shopper };

/** The carts to which clients send commands at a time. */
export type LoadedCarts = {
  readonly pick: (random: Random) => LoadedCart;
  /** Picks a cart of the shopper. */
  readonly pickOf: (shopper: Shopper, random: Random) => LoadedCart;
  /** Puts a new cart into the place of the cart, if it has one, of a shopper who has not left. */
  readonly replace: (cartId: string) => void;
  readonly hasLeft: (shopper: Shopper) => boolean;
  /** Waits for an action of the shopper. */
  readonly during: (shopper: Shopper, action: Promise<boolean>) => Promise<boolean>;
  /** From now on the shopper has left. Resolves when the shopper's actions that are under way are over. */
  readonly leave: (userId: string) => Promise<void>;
};

const activeCarts = 120;

export const createLoadedCarts = (shoppers: readonly Shopper[]): LoadedCarts => {
  const left = new Set<string>();
  const actions = new Map<string, Set<Promise<boolean>>>();
  const newCart = (index: number): LoadedCart => {
    const staying = shoppers.filter(({ userId }) => !left.has(userId));
    const shopper = staying[index % staying.length];
    if (shopper === undefined) throw new Error("every shopper has left");
    return { cartId: randomUUID(), shopper };
  };
  const carts = Array.from({ length: activeCarts }, (_, index) => newCart(index));
  return {
    pick: (random) => random.pick(carts),
    pickOf: (shopper, random) => random.pick(carts.filter((cart) => cart.shopper === shopper)),
    replace: (cartId) => {
      const index = carts.findIndex((cart) => cart.cartId === cartId);
      if (index >= 0) carts[index] = newCart(index);
    },
    hasLeft: ({ userId }) => left.has(userId),
    during: async ({ userId }, action) => {
      const own = actions.get(userId) ?? new Set();
      actions.set(userId, own.add(action));
      try {
        return await action;
      } finally {
        own.delete(action);
      }
    },
    leave: async (userId) => {
      left.add(userId);
      await Promise.allSettled(actions.get(userId) ?? new Set<Promise<boolean>>());
    },
  };
};

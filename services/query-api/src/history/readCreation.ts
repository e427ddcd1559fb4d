import { mayActOn } from "@cart/cart-access";
import { type CartEvent, cartOwnership, type RecordedEvent } from "@cart/domain";
import { readOwner, readStream, StreamDamagedError } from "@cart/event-store";
import type { Access } from "@cart/http-kit";
import { oneEvent } from "./pageLimits.ts";
import type { StoredCarts } from "./storedCarts.ts";

export type Creation = RecordedEvent<CartEvent> & { readonly event: Extract<CartEvent, { type: "CartCreated" }> };

/**
 * Reads a cart's first event; `undefined` for an unknown cart and for a cart of somebody else, so that nobody can tell the two
 * apart. A cart that was claimed is its last owner's, with all of its past. Throws `StreamDamagedError`.
 */
export const readCreation = async ({ read, carts }: StoredCarts, cartId: string, access: Access): Promise<Creation | undefined> => {
  // Both are read at once, so that a cart of somebody else takes no longer than an unknown cart.
  const [{ events }, owner] = await Promise.all([
    readStream(read, carts, { aggregateId: cartId, after: 0, upTo: 1 }, oneEvent),
    access === "unchecked" ? undefined : readOwner(read, { ...carts, ownership: cartOwnership }, cartId),
  ]);
  const [recorded] = events;
  if (recorded === undefined) return undefined;
  const { event } = recorded;
  if (event.type !== "CartCreated") {
    throw new StreamDamagedError("NOT_APPLICABLE", recorded, recorded.version, `a cart cannot begin with ${event.type}`);
  }
  const isVisible = access === "unchecked" || (owner !== undefined && mayActOn(access, owner));
  return isVisible ? { ...recorded, event } : undefined;
};

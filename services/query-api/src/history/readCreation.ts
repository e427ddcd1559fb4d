import { mayActOn } from "@cart/cart-access";
import { cartAggregate, type CartEvent, cartOwnership, type RecordedEvent } from "@cart/domain";
import { readOwner, readStream, StreamDamagedError } from "@cart/event-store";
import type { Access } from "@cart/http-kit";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { oneEvent } from "./pageLimits.ts";

export type Creation = RecordedEvent<CartEvent> & { readonly event: Extract<CartEvent, { type: "CartCreated" }> };

const ownedCarts = { ...cartAggregate, ownership: cartOwnership };

/**
 * Reads a cart's first event; `undefined` for an unknown cart and for a cart of somebody else, so that nobody can tell the two
 * apart. A cart that was claimed is its last owner's, with all of its past. Throws `StreamDamagedError`.
 */
export const readCreation = async (eventStore: ReadOnlyDatabase, cartId: string, access: Access): Promise<Creation | undefined> => {
  // Both are read at once, so that a cart of somebody else takes no longer than an unknown cart.
  const [{ events }, owner] = await Promise.all([
    readStream(eventStore.read, cartAggregate, { aggregateId: cartId, after: 0, upTo: 1 }, oneEvent),
    access === "unchecked" ? undefined : readOwner(eventStore.read, ownedCarts, cartId),
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

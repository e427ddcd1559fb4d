import { mayActOn } from "@cart/cart-access";
import { cartAggregate, type CartEvent, type RecordedEvent } from "@cart/domain";
import { readLastOfType, readStream, StreamDamagedError } from "@cart/event-store";
import type { Access } from "@cart/http-kit";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { oneEvent } from "./pageLimits.ts";

export type Creation = RecordedEvent<CartEvent> & { readonly event: Extract<CartEvent, { type: "CartCreated" }> };

/**
 * Reads a cart's first event; `undefined` for an unknown cart and for a cart of somebody else, so that nobody can tell the two
 * apart. A cart that was claimed is its last owner's, with all of its past. Throws `StreamDamagedError`.
 */
export const readCreation = async (eventStore: ReadOnlyDatabase, cartId: string, access: Access): Promise<Creation | undefined> => {
  const { events } = await readStream(eventStore.read, cartAggregate, { aggregateId: cartId, after: 0 }, oneEvent);
  const [recorded] = events;
  if (recorded === undefined) return undefined;
  const { event } = recorded;
  if (event.type !== "CartCreated") {
    throw new StreamDamagedError("NOT_APPLICABLE", recorded, recorded.version, `a cart cannot begin with ${event.type}`);
  }
  const isVisible =
    access === "unchecked" ||
    mayActOn(access, { userId: await readOwner(eventStore, cartId, event.data.user_id), tenantId: event.data.tenant_id });
  return isVisible ? { ...recorded, event } : undefined;
};

/** The user to whom the cart was last given; `creator` if it never was. */
const readOwner = async (eventStore: ReadOnlyDatabase, aggregateId: string, creator: string): Promise<string> => {
  const last = await readLastOfType<CartEvent>(eventStore.read, cartAggregate, { aggregateId, type: "CartClaimed" });
  const claimed = last?.event;
  return claimed?.type === "CartClaimed" ? claimed.data.user_id : creator;
};

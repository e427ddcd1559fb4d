import { mayActOn } from "@cart/cart-access";
import { cartAggregate, type CartEvent, type RecordedEvent } from "@cart/domain";
import { readStream, StreamDamagedError } from "@cart/event-store";
import type { Access } from "@cart/http-kit";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { oneEvent } from "./pageLimits.ts";

export type Creation = RecordedEvent<CartEvent> & { readonly event: Extract<CartEvent, { type: "CartCreated" }> };

/**
 * A cart's first event, which holds what never changes, above all the cart's owner; `undefined` for an unknown cart and for
 * a cart of somebody else, so that nobody can tell the two apart. Throws `StreamDamagedError`.
 */
export const readCreation = async (eventStore: ReadOnlyDatabase, cartId: string, access: Access): Promise<Creation | undefined> => {
  const { events } = await readStream(eventStore.read, cartAggregate, { aggregateId: cartId, after: 0 }, oneEvent);
  const [recorded] = events;
  if (recorded === undefined) return undefined;
  const { event } = recorded;
  if (event.type !== "CartCreated") {
    throw new StreamDamagedError("NOT_APPLICABLE", recorded, recorded.version, `a cart cannot begin with ${event.type}`);
  }
  return mayActOn(access, { userId: event.data.user_id, tenantId: event.data.tenant_id }) ? { ...recorded, event } : undefined;
};

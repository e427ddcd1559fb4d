import type { CartEvent } from "@cart/domain";
import { type Access, mayActOn } from "@cart/http-kit";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { readEvents, type StoredEvent } from "./readEvents.ts";

export type Creation = StoredEvent & { readonly event: Extract<CartEvent, { type: "CartCreated" }> };

/**
 * A cart's first event, which has what never changes, its owner above all; `undefined` for an unknown cart, and for one
 * of others: nobody learns which of the two it is.
 */
export const readCreation = async (eventStore: ReadOnlyDatabase, cartId: string, access: Access): Promise<Creation | undefined> => {
  const [stored] = await readEvents(eventStore, cartId, { after: 0, limit: 1 });
  if (stored === undefined) return undefined;
  const { event } = stored;
  if (event.type !== "CartCreated") throw new Error(`the stream of cart ${cartId} begins with ${event.type}: the event store is damaged`);
  return mayActOn(access, { userId: event.data.user_id, tenantId: event.data.tenant_id }) ? { ...stored, event } : undefined;
};

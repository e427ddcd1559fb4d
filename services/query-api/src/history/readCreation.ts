import type { CartEvent } from "@cart/domain";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { readEvents, type StoredEvent } from "./readEvents.ts";

export type Creation = StoredEvent & { readonly event: Extract<CartEvent, { type: "CartCreated" }> };

/** A cart's first event, which has what never changes, or `undefined` for an unknown cart. */
export const readCreation = async (eventStore: ReadOnlyDatabase, cartId: string): Promise<Creation | undefined> => {
  const [stored] = await readEvents(eventStore, cartId, { after: 0, limit: 1 });
  if (stored === undefined) return undefined;
  const { event } = stored;
  if (event.type !== "CartCreated") throw new Error(`the stream of cart ${cartId} begins with ${event.type}: the event store is damaged`);
  return { ...stored, event };
};

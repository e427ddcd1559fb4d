import type { Ownership } from "../ownership.ts";
import type { CartEvent } from "./cartEvents.ts";
import type { Cart } from "./cartState.ts";

/** A cart belongs to the user for whom it was created, until it is claimed for another user of the same tenant. */
export const cartOwnership: Ownership<Cart, CartEvent> = {
  ownerOf: (cart) => (cart.status === "NONE" ? undefined : { userId: cart.userId, tenantId: cart.tenantId }),
  snapshotPaths: { userId: "$.userId", tenantId: "$.tenantId" },
  eventTypes: ["CartCreated", "CartClaimed"],
  ownerAfter: (owner, event) => {
    if (event.type === "CartCreated") return { userId: event.data.user_id, tenantId: event.data.tenant_id };
    return event.type === "CartClaimed" && owner !== undefined ? { ...owner, userId: event.data.user_id } : owner;
  },
};

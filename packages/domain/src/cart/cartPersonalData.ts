import type { PersonalData } from "../events/personalData.ts";
import type { CartEvent } from "./cartEvents.ts";
import { cartPersonalFields } from "./cartPersonalFields.ts";
import type { Cart } from "./cartState.ts";

export const cartPersonalData: PersonalData<Cart, CartEvent> = {
  fields: cartPersonalFields,
  ownerOf: (cart) => (cart.status === "NONE" ? undefined : { tenantId: cart.tenantId, userId: cart.userId }),
  ownerAfter: (before, event) => {
    if (event.type === "CartCreated") return { tenantId: event.data.tenant_id, userId: event.data.user_id };
    return event.type === "CartClaimed" && before !== undefined ? { ...before, userId: event.data.user_id } : before;
  },
};

import type { PersonalField, PersonalFields } from "../events/personalFields.ts";
import type { CartEvent } from "./cartEvents.ts";

const owner: PersonalField = { subject: "owner", path: ["user_id"], erased: "pseudonym" };
const lineName: PersonalField = { subject: "owner", path: ["name"] };
const lineAttributes: PersonalField = { subject: "owner", path: ["attributes"] };

/**
 * Every text of a client that may name a person. What the system computes with is not among them: ids of tenants, carts, lines,
 * items and orders, currencies, amounts and times.
 */
export const cartPersonalFields: PersonalFields<CartEvent> = {
  CartCreated: [owner],
  CartAttributesChanged: [{ subject: "owner", path: ["attributes"], erased: "empty" }],
  CartAdjustmentsChanged: [
    { subject: "owner", path: ["adjustments", "*", "label"] },
    { subject: "owner", path: ["adjustments", "*", "reference"] },
  ],
  CartCurrencyChanged: [],
  CartClaimed: [owner, { subject: "previous_owner", path: ["previous_user_id"], erased: "pseudonym" }],
  ItemAddedToCart: [lineName, lineAttributes],
  ItemQuantityChanged: [],
  ItemPriceChanged: [],
  ItemRemovedFromCart: [],
  CartCleared: [],
  CartSubmitted: [],
  CartReopened: [],
  CartPurchased: [],
  CartMergedInto: [],
  CartMergedFrom: [
    { subject: "owner", path: ["lines", "*", "name"] },
    { subject: "owner", path: ["lines", "*", "attributes"] },
  ],
  CartAbandoned: [],
  CartAbandonmentReminderDue: [],
  CartArchived: [],
};

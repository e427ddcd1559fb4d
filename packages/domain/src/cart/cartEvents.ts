import { type Static, Type } from "typebox";
import type { EventCatalog } from "../events/eventCatalog.ts";
import { closed, minutes, opaqueId, userId, utcTime } from "../events/eventFields.ts";

/*
 * STORED SHAPES. Every event that was ever appended has one of these shapes, and
 * none of them may change. To change an event, add the next schema version with
 * an upcast from the one before, and keep a stored fixture of both.
 */

const minorUnits = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const currency = Type.String({ pattern: "^[A-Z]{3}$" });

const CartCreatedV1 = Type.Object({ user_id: opaqueId, tenant_id: opaqueId, currency }, closed);

/** Version 1 has the same fields, but its `user_id` has at most 64 characters. */
const CartCreatedV2 = Type.Object({ user_id: userId, tenant_id: opaqueId, currency }, closed);

const itemName = Type.String({ minLength: 1, maxLength: 255 });
const lineQuantity = Type.Integer({ minimum: 1, maximum: 1000 });
const cartId = Type.String({ pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" });

const ItemAddedToCartV1 = Type.Object(
  { item_id: opaqueId, name: Type.Optional(itemName), quantity: lineQuantity, unit_price: minorUnits },
  closed,
);

/**
 * `quantity` is the number of units added; `unit_price`, in minor units of the cart's currency, is the line's price from now on.
 * `previous_unit_price` is the line's price before this event, or null if the event did not change it. Version 1 lacks this field.
 */
const ItemAddedToCartV2 = Type.Object(
  {
    item_id: opaqueId,
    name: Type.Optional(itemName),
    quantity: lineQuantity,
    unit_price: minorUnits,
    previous_unit_price: Type.Union([minorUnits, Type.Null()]),
  },
  closed,
);

/** `quantity` is the line's quantity from now on. */
const ItemQuantityChangedV1 = Type.Object({ item_id: opaqueId, quantity: lineQuantity }, closed);

const ItemRemovedFromCartV1 = Type.Object({ item_id: opaqueId }, closed);

const CartClearedV1 = Type.Object({}, closed);

/** The totals that the customer sees at checkout; the amount is in minor units of the cart's currency. */
const CartSubmittedV1 = Type.Object(
  { total_amount: minorUnits, item_count: Type.Integer({ minimum: 1 }), line_count: Type.Integer({ minimum: 1 }) },
  closed,
);

/** A submitted cart left checkout, or the customer of an abandoned one is back. */
const CartReopenedV1 = Type.Object({}, closed);

/** `total_amount` is the price of the order, in minor units of the cart's currency. */
const CartPurchasedV1 = Type.Object({ order_id: opaqueId, total_amount: minorUnits }, closed);

const mergeStrategy = Type.Union([Type.Literal("add"), Type.Literal("max")]);

/** The source's side of a merge; the target has a `CartMergedFrom` of the same transaction. */
const CartMergedIntoV1 = Type.Object({ target_cart_id: cartId, strategy: mergeStrategy }, closed);

/** The target's side. `lines` lists every line that is new or has another quantity, with its values after the merge. */
const CartMergedFromV1 = Type.Object(
  {
    source_cart_id: cartId,
    strategy: mergeStrategy,
    lines: Type.Array(
      Type.Object({ item_id: opaqueId, name: Type.Optional(itemName), quantity: lineQuantity, unit_price: minorUnits }, closed),
    ),
  },
  closed,
);

/** The cart has had no activity for more minutes than the tenant's policy allows. */
const CartAbandonedV1 = Type.Object({ last_activity_at: utcTime, abandoned_after_minutes: minutes }, closed);

/** This step is due `after_minutes` after the abandonment; the event may be appended later, for example because of quiet time. */
const CartAbandonmentReminderDueV1 = Type.Object({ step: Type.Integer({ minimum: 1 }), after_minutes: minutes }, closed);

/** The events of a cart in their current versions: what `decide` returns and `evolve` takes. */
export type CartEvent =
  | { readonly type: "CartCreated"; readonly data: Static<typeof CartCreatedV2> }
  | { readonly type: "ItemAddedToCart"; readonly data: Static<typeof ItemAddedToCartV2> }
  | { readonly type: "ItemQuantityChanged"; readonly data: Static<typeof ItemQuantityChangedV1> }
  | { readonly type: "ItemRemovedFromCart"; readonly data: Static<typeof ItemRemovedFromCartV1> }
  | { readonly type: "CartCleared"; readonly data: Static<typeof CartClearedV1> }
  | { readonly type: "CartSubmitted"; readonly data: Static<typeof CartSubmittedV1> }
  | { readonly type: "CartReopened"; readonly data: Static<typeof CartReopenedV1> }
  | { readonly type: "CartPurchased"; readonly data: Static<typeof CartPurchasedV1> }
  | { readonly type: "CartMergedInto"; readonly data: Static<typeof CartMergedIntoV1> }
  | { readonly type: "CartMergedFrom"; readonly data: Static<typeof CartMergedFromV1> }
  | { readonly type: "CartAbandoned"; readonly data: Static<typeof CartAbandonedV1> }
  | { readonly type: "CartAbandonmentReminderDue"; readonly data: Static<typeof CartAbandonmentReminderDueV1> };

/** Every version of every cart event. The last version in each list is the current one. */
export const cartEventCatalog: EventCatalog<CartEvent> = {
  CartCreated: { versions: [{ schema: CartCreatedV1 }, { schema: CartCreatedV2, upcast: (v1) => v1 }] },
  ItemAddedToCart: {
    versions: [{ schema: ItemAddedToCartV1 }, { schema: ItemAddedToCartV2, upcast: (v1) => ({ ...v1, previous_unit_price: null }) }],
  },
  ItemQuantityChanged: { versions: [{ schema: ItemQuantityChangedV1 }] },
  ItemRemovedFromCart: { versions: [{ schema: ItemRemovedFromCartV1 }] },
  CartCleared: { versions: [{ schema: CartClearedV1 }] },
  CartSubmitted: { versions: [{ schema: CartSubmittedV1 }] },
  CartReopened: { versions: [{ schema: CartReopenedV1 }] },
  CartPurchased: { versions: [{ schema: CartPurchasedV1 }] },
  CartMergedInto: { versions: [{ schema: CartMergedIntoV1 }] },
  CartMergedFrom: { versions: [{ schema: CartMergedFromV1 }] },
  CartAbandoned: { versions: [{ schema: CartAbandonedV1 }] },
  CartAbandonmentReminderDue: { versions: [{ schema: CartAbandonmentReminderDueV1 }] },
};

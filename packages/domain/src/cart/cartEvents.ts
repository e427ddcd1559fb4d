import { type Static, Type } from "typebox";
import type { EventCatalog } from "../events/eventCatalog.ts";
import { closed, minutes, opaqueId, userId, utcTime } from "../events/eventFields.ts";

/*
 * STORED SHAPES. Every event that was ever appended has one of these shapes, and
 * none of them may change. To change an event, add the next schema version with
 * an upcast from the one before, and keep a stored fixture of both.
 */

/** The name under which the streams of carts are stored and published. */
export const cartAggregateType = "Cart";

const minorUnits = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const currency = Type.String({ pattern: "^[A-Z]{3}$" });

const CartCreatedV1 = Type.Object({ user_id: opaqueId, tenant_id: opaqueId, currency }, closed);

/** Version 1 has the same fields, but its `user_id` has at most 64 characters. */
const CartCreatedV2 = Type.Object({ user_id: userId, tenant_id: opaqueId, currency }, closed);

/** A guest's cart became a customer's: `user_id` owns the cart from now on. */
const CartClaimedV1 = Type.Object({ user_id: userId, previous_user_id: userId }, closed);

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

/** Data of a line or a cart that the shop adds. `cart/attributes.ts` bounds its bytes. */
const attributesOf = (minProperties: number) =>
  Type.Record(
    Type.String({ pattern: "^[A-Za-z][A-Za-z0-9_.-]{0,63}$" }),
    Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()]),
    { additionalProperties: false, minProperties, maxProperties: 20 },
  );
const attributes = attributesOf(1);

/** `attributes` are all attributes of the cart from now on. */
const CartAttributesChangedV1 = Type.Object({ attributes: attributesOf(0) }, closed);

/** `adjustments` are all adjustments of the cart from now on, with amounts in minor units of its currency; a discount is negative. */
const CartAdjustmentsChangedV1 = Type.Object(
  {
    adjustments: Type.Array(
      Type.Object(
        {
          kind: Type.Union([Type.Literal("discount"), Type.Literal("shipping"), Type.Literal("tax"), Type.Literal("fee")]),
          amount: Type.Integer({ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
          label: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
          reference: Type.Optional(opaqueId),
        },
        closed,
      ),
      { maxItems: 20 },
    ),
  },
  closed,
);

/** An empty cart got another currency. */
const CartCurrencyChangedV1 = Type.Object({ currency, previous_currency: currency }, closed);

const greaterLineQuantity = Type.Integer({ minimum: 1, maximum: 100_000 });

/**
 * The line and its item: an item has several lines if they differ in their attributes. Before version 3 an item had one line,
 * whose `line_id` is its `item_id`. A line without attributes lacks the member.
 */
const ItemAddedToCartV3 = Type.Object(
  {
    line_id: opaqueId,
    item_id: opaqueId,
    name: Type.Optional(itemName),
    attributes: Type.Optional(attributes),
    quantity: greaterLineQuantity,
    unit_price: minorUnits,
    previous_unit_price: Type.Union([minorUnits, Type.Null()]),
  },
  closed,
);

/** `quantity` is the line's quantity from now on. */
const ItemQuantityChangedV1 = Type.Object({ item_id: opaqueId, quantity: lineQuantity }, closed);
const ItemQuantityChangedV2 = Type.Object({ line_id: opaqueId, item_id: opaqueId, quantity: greaterLineQuantity }, closed);

/** `unit_price` is the line's price from now on, and `previous_unit_price` its price before, in minor units of the cart's currency. */
const ItemPriceChangedV1 = Type.Object(
  { line_id: opaqueId, item_id: opaqueId, unit_price: minorUnits, previous_unit_price: minorUnits },
  closed,
);

const ItemRemovedFromCartV1 = Type.Object({ item_id: opaqueId }, closed);
const ItemRemovedFromCartV2 = Type.Object({ line_id: opaqueId, item_id: opaqueId }, closed);

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

const CartMergedFromV2 = Type.Object(
  {
    source_cart_id: cartId,
    strategy: mergeStrategy,
    lines: Type.Array(
      Type.Object(
        {
          line_id: opaqueId,
          item_id: opaqueId,
          name: Type.Optional(itemName),
          attributes: Type.Optional(attributes),
          quantity: greaterLineQuantity,
          unit_price: minorUnits,
        },
        closed,
      ),
    ),
  },
  closed,
);

const CartAbandonedV1 = Type.Object({ last_activity_at: utcTime, abandoned_after_minutes: minutes }, closed);

/**
 * The cart has had no activity for more minutes than the tenant's policy allows. `stage` says where the customer left it:
 * an open cart, or a submitted one at checkout. Version 1 lacks this field, because only open carts were abandoned then.
 */
const CartAbandonedV2 = Type.Object(
  {
    last_activity_at: utcTime,
    abandoned_after_minutes: minutes,
    stage: Type.Union([Type.Literal("cart"), Type.Literal("checkout")]),
  },
  closed,
);

/** This step is due `after_minutes` after the abandonment; the event may be appended later, for example because of quiet time. */
const CartAbandonmentReminderDueV1 = Type.Object({ step: Type.Integer({ minimum: 1 }), after_minutes: minutes }, closed);

/**
 * The cart has left the event store for the archive, where the object has its `events` events. It is the last message of the cart, and
 * no event of its stream: a cart that comes back from the archive begins again with its first event. `milestones` are the days on
 * which the cart first reached each of its milestones, in UTC.
 */
const CartArchivedV1 = Type.Object(
  {
    tenant_id: opaqueId,
    object_key: Type.String({ minLength: 1, maxLength: 1024 }),
    events: Type.Integer({ minimum: 1 }),
    milestones: Type.Array(
      Type.Object(
        { milestone: Type.String({ pattern: "^[a-z_]{1,32}$" }), day: Type.String({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }) },
        closed,
      ),
      { maxItems: 100 },
    ),
  },
  closed,
);

/** The events of a cart in their current versions: what `decide` returns and `evolve` takes. */
export type CartEvent =
  | { readonly type: "CartCreated"; readonly data: Static<typeof CartCreatedV2> }
  | { readonly type: "CartAttributesChanged"; readonly data: Static<typeof CartAttributesChangedV1> }
  | { readonly type: "CartAdjustmentsChanged"; readonly data: Static<typeof CartAdjustmentsChangedV1> }
  | { readonly type: "CartCurrencyChanged"; readonly data: Static<typeof CartCurrencyChangedV1> }
  | { readonly type: "CartClaimed"; readonly data: Static<typeof CartClaimedV1> }
  | { readonly type: "ItemAddedToCart"; readonly data: Static<typeof ItemAddedToCartV3> }
  | { readonly type: "ItemQuantityChanged"; readonly data: Static<typeof ItemQuantityChangedV2> }
  | { readonly type: "ItemPriceChanged"; readonly data: Static<typeof ItemPriceChangedV1> }
  | { readonly type: "ItemRemovedFromCart"; readonly data: Static<typeof ItemRemovedFromCartV2> }
  | { readonly type: "CartCleared"; readonly data: Static<typeof CartClearedV1> }
  | { readonly type: "CartSubmitted"; readonly data: Static<typeof CartSubmittedV1> }
  | { readonly type: "CartReopened"; readonly data: Static<typeof CartReopenedV1> }
  | { readonly type: "CartPurchased"; readonly data: Static<typeof CartPurchasedV1> }
  | { readonly type: "CartMergedInto"; readonly data: Static<typeof CartMergedIntoV1> }
  | { readonly type: "CartMergedFrom"; readonly data: Static<typeof CartMergedFromV2> }
  | { readonly type: "CartAbandoned"; readonly data: Static<typeof CartAbandonedV2> }
  | { readonly type: "CartAbandonmentReminderDue"; readonly data: Static<typeof CartAbandonmentReminderDueV1> }
  | { readonly type: "CartArchived"; readonly data: Static<typeof CartArchivedV1> };

type StoredData = Readonly<Record<string, unknown>>;

/** Before lines had ids, an item had one line: its id is the line's. */
const withLineId = (data: StoredData): StoredData => ({ line_id: data["item_id"], ...data });

/** Every version of every cart event. The last version in each list is the current one. */
export const cartEventCatalog: EventCatalog<CartEvent> = {
  CartCreated: { versions: [{ schema: CartCreatedV1 }, { schema: CartCreatedV2, upcast: (v1) => v1 }] },
  CartAttributesChanged: { versions: [{ schema: CartAttributesChangedV1 }] },
  CartAdjustmentsChanged: { versions: [{ schema: CartAdjustmentsChangedV1 }] },
  CartCurrencyChanged: { versions: [{ schema: CartCurrencyChangedV1 }] },
  CartClaimed: { versions: [{ schema: CartClaimedV1 }] },
  ItemAddedToCart: {
    versions: [
      { schema: ItemAddedToCartV1 },
      { schema: ItemAddedToCartV2, upcast: (v1) => ({ ...v1, previous_unit_price: null }) },
      { schema: ItemAddedToCartV3, upcast: withLineId },
    ],
  },
  ItemQuantityChanged: { versions: [{ schema: ItemQuantityChangedV1 }, { schema: ItemQuantityChangedV2, upcast: withLineId }] },
  ItemPriceChanged: { versions: [{ schema: ItemPriceChangedV1 }] },
  ItemRemovedFromCart: { versions: [{ schema: ItemRemovedFromCartV1 }, { schema: ItemRemovedFromCartV2, upcast: withLineId }] },
  CartCleared: { versions: [{ schema: CartClearedV1 }] },
  CartSubmitted: { versions: [{ schema: CartSubmittedV1 }] },
  CartReopened: { versions: [{ schema: CartReopenedV1 }] },
  CartPurchased: { versions: [{ schema: CartPurchasedV1 }] },
  CartMergedInto: { versions: [{ schema: CartMergedIntoV1 }] },
  CartMergedFrom: {
    versions: [
      { schema: CartMergedFromV1 },
      { schema: CartMergedFromV2, upcast: ({ lines, ...v1 }) => ({ ...v1, lines: (lines as StoredData[]).map(withLineId) }) },
    ],
  },
  CartAbandoned: {
    versions: [{ schema: CartAbandonedV1 }, { schema: CartAbandonedV2, upcast: (v1) => ({ ...v1, stage: "cart" }) }],
  },
  CartAbandonmentReminderDue: { versions: [{ schema: CartAbandonmentReminderDueV1 }] },
  CartArchived: { versions: [{ schema: CartArchivedV1 }] },
};

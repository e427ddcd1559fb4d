import { adjustmentKinds, type Attributes, type CartStatus, fromMinorUnits, type StoredAdjustment, totalWith } from "@cart/domain";
import { type Static, Type } from "typebox";
import { exampleCartId, exampleTime } from "../examples.ts";
import { cartStatuses } from "./cartStatuses.ts";

const nullable = (description: string, example: string | null = null) =>
  Type.Union([Type.String(), Type.Null()], { description, examples: [example] });
const count = (description: string, example: number) => Type.Integer({ minimum: 0, description, examples: [example] });
const amount = (description: string, example: number) =>
  Type.Number({ minimum: 0, description: `${description}, in the cart's currency`, examples: [example] });
const time = (description: string) => Type.String({ format: "date-time", description, examples: [exampleTime] });

export const attributesSchema = (description: string, example: Attributes) =>
  Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), { description, examples: [example] });

export const adjustmentSchema = Type.Object({
  kind: Type.Enum([...adjustmentKinds]),
  amount: Type.Number({ description: "what it adds to the total, in the cart's currency; a discount is negative", examples: [-5] }),
  label: Type.Optional(Type.String({ description: "for display", examples: ["Spring sale"] })),
  reference: Type.Optional(Type.String({ description: "what the shop calls the cause", examples: ["SPRING"] })),
});

const summary = {
  id: Type.String({ format: "uuid", examples: [exampleCartId] }),
  user_id: Type.String({ examples: ["user-123"] }),
  tenant_id: Type.String({ examples: ["default"] }),
  status: Type.Enum(cartStatuses, {
    description:
      "OPEN carts take changes, a change reopens an ABANDONED cart, SUBMITTED carts are in checkout, CLOSED carts were purchased, MERGED carts gave their lines to another",
  }),
  currency: Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217", examples: ["USD"] }),
  items_amount: amount("sum of all lines", 59.98),
  adjustments: Type.Array(adjustmentSchema, {
    description: "discounts, shipping, taxes and fees, which the shop computes",
    examples: [[]],
  }),
  adjustments_stale: Type.Boolean({ description: "whether a line has changed since the adjustments were set", examples: [false] }),
  total_amount: amount("items_amount with the adjustments; never below 0", 59.98),
  item_count: count("units of all lines", 2),
  line_count: count("lines", 1),
  order_id: nullable("the order that a CLOSED cart became"),
  merged_into: nullable("the id of the cart that took the lines of a MERGED cart"),
  abandoned_at: Type.Union([time("when the cart was last abandoned"), Type.Null()], {
    description: "null for a cart that was never abandoned",
    examples: [null],
  }),
  attributes: attributesSchema("the shop's data on the cart, such as a note or a locale", {}),
  version: Type.Integer({ minimum: 1, description: "the cart's version in this answer", examples: [2] }),
  created_at: time("when the cart was created"),
  updated_at: time("when the cart last changed"),
};

const cartItem = Type.Object({
  line_id: Type.String({
    description: "the line's id in this cart; an item whose lines differ in their attributes has several",
    examples: ["item-456"],
  }),
  item_id: Type.String({ examples: ["item-456"] }),
  name: nullable("the item's name, for display", "Coffee cup"),
  attributes: attributesSchema("the shop's data on the line", {}),
  quantity: Type.Integer({ minimum: 1, examples: [2] }),
  price: amount("price of one unit", 29.99),
  line_total: amount("price times quantity", 59.98),
});

/** Clients depend on each member of these answers: add, do not change. */
export const cartSummarySchema = Type.Object(summary, { description: "a cart without its lines" });
export const cartSchema = Type.Object({
  ...summary,
  items: Type.Array(cartItem, { description: "the lines, in the order in which they were first added" }),
});

/** A cart without its lines as the read model has it. Amounts are in minor units of its currency. */
export type CartSummaryRecord = {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly status: CartStatus;
  readonly currency: string;
  readonly itemsAmount: number;
  readonly adjustments: readonly StoredAdjustment[];
  readonly areAdjustmentsStale: boolean;
  readonly itemCount: number;
  readonly lineCount: number;
  readonly orderId: string | null;
  readonly mergedInto: string | null;
  readonly abandonedAt: Date | null;
  readonly attributes: Attributes;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** `items` are in the order in which they were first added. */
export type CartRecord = CartSummaryRecord & { readonly items: readonly CartItemRecord[] };

export type CartItemRecord = {
  readonly lineId: string;
  readonly itemId: string;
  readonly name: string | null;
  readonly attributes: Attributes;
  readonly quantity: number;
  readonly unitPrice: number;
};

export const adjustmentViews = (adjustments: readonly StoredAdjustment[], currency: string): Static<typeof adjustmentSchema>[] =>
  adjustments.map((adjustment) => ({ ...adjustment, amount: fromMinorUnits(adjustment.amount, currency) }));

export const cartSummaryView = (cart: CartSummaryRecord): Static<typeof cartSummarySchema> => ({
  id: cart.id,
  user_id: cart.userId,
  tenant_id: cart.tenantId,
  status: cart.status,
  currency: cart.currency,
  items_amount: fromMinorUnits(cart.itemsAmount, cart.currency),
  adjustments: adjustmentViews(cart.adjustments, cart.currency),
  adjustments_stale: cart.areAdjustmentsStale,
  total_amount: fromMinorUnits(totalWith(cart.itemsAmount, cart.adjustments), cart.currency),
  item_count: cart.itemCount,
  line_count: cart.lineCount,
  order_id: cart.orderId,
  merged_into: cart.mergedInto,
  abandoned_at: cart.abandonedAt?.toISOString() ?? null,
  attributes: cart.attributes,
  version: cart.version,
  created_at: cart.createdAt.toISOString(),
  updated_at: cart.updatedAt.toISOString(),
});

export const cartView = (cart: CartRecord): Static<typeof cartSchema> => ({
  ...cartSummaryView(cart),
  items: cart.items.map(({ lineId, itemId, name, attributes, quantity, unitPrice }) => ({
    line_id: lineId,
    item_id: itemId,
    name,
    attributes,
    quantity,
    price: fromMinorUnits(unitPrice, cart.currency),
    line_total: fromMinorUnits(unitPrice * quantity, cart.currency),
  })),
});

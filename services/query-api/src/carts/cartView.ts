import { type CartStatus, fromMinorUnits } from "@cart/domain";
import { type Static, Type } from "typebox";
import { exampleCartId, exampleTime } from "../examples.ts";
import { cartStatuses } from "./cartStatuses.ts";

const nullable = (description: string, example: string | null = null) =>
  Type.Union([Type.String(), Type.Null()], { description, examples: [example] });
const count = (description: string, example: number) => Type.Integer({ minimum: 0, description, examples: [example] });
const amount = (description: string, example: number) =>
  Type.Number({ minimum: 0, description: `${description}, in the cart's currency`, examples: [example] });
const time = (description: string) => Type.String({ format: "date-time", description, examples: [exampleTime] });

const summary = {
  id: Type.String({ format: "uuid", examples: [exampleCartId] }),
  user_id: Type.String({ examples: ["user-123"] }),
  tenant_id: Type.String({ examples: ["default"] }),
  status: Type.Enum(cartStatuses, {
    description:
      "OPEN carts take changes, a change reopens an ABANDONED cart, SUBMITTED carts are in checkout, CLOSED carts were purchased, MERGED carts gave their lines to another",
  }),
  currency: Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217", examples: ["USD"] }),
  total_amount: amount("sum of all lines", 59.98),
  item_count: count("units of all lines", 2),
  line_count: count("lines", 1),
  order_id: nullable("the order that a CLOSED cart became"),
  merged_into: nullable("the id of the cart that took the lines of a MERGED cart"),
  abandoned_at: Type.Union([time("when the cart was last abandoned"), Type.Null()], {
    description: "null for a cart that was never abandoned",
    examples: [null],
  }),
  version: Type.Integer({ minimum: 1, description: "the cart's version in this answer", examples: [2] }),
  created_at: time("when the cart was created"),
  updated_at: time("when the cart last changed"),
};

const cartItem = Type.Object({
  item_id: Type.String({ examples: ["item-456"] }),
  name: nullable("the item's name, for display", "Coffee cup"),
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
  readonly totalAmount: number;
  readonly itemCount: number;
  readonly lineCount: number;
  readonly orderId: string | null;
  readonly mergedInto: string | null;
  readonly abandonedAt: Date | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** `items` are in the order in which they were first added. */
export type CartRecord = CartSummaryRecord & { readonly items: readonly CartItemRecord[] };

export type CartItemRecord = {
  readonly itemId: string;
  readonly name: string | null;
  readonly quantity: number;
  readonly unitPrice: number;
};

export const cartSummaryView = (cart: CartSummaryRecord): Static<typeof cartSummarySchema> => ({
  id: cart.id,
  user_id: cart.userId,
  tenant_id: cart.tenantId,
  status: cart.status,
  currency: cart.currency,
  total_amount: fromMinorUnits(cart.totalAmount, cart.currency),
  item_count: cart.itemCount,
  line_count: cart.lineCount,
  order_id: cart.orderId,
  merged_into: cart.mergedInto,
  abandoned_at: cart.abandonedAt?.toISOString() ?? null,
  version: cart.version,
  created_at: cart.createdAt.toISOString(),
  updated_at: cart.updatedAt.toISOString(),
});

export const cartView = (cart: CartRecord): Static<typeof cartSchema> => ({
  ...cartSummaryView(cart),
  items: cart.items.map(({ itemId, name, quantity, unitPrice }) => ({
    item_id: itemId,
    name,
    quantity,
    price: fromMinorUnits(unitPrice, cart.currency),
    line_total: fromMinorUnits(unitPrice * quantity, cart.currency),
  })),
});

import { type CartStatus, fromMinorUnits } from "@cart/domain";
import { type Static, Type } from "typebox";
import { cartStatuses } from "./cartStatuses.ts";

const nullable = (description: string) => Type.Union([Type.String(), Type.Null()], { description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const amount = (description: string) => Type.Number({ minimum: 0, description: `${description}, in the cart's currency` });
const time = (description: string) => Type.String({ format: "date-time", description });

const summary = {
  id: Type.String({ format: "uuid" }),
  user_id: Type.String(),
  tenant_id: Type.String(),
  status: Type.Enum(cartStatuses, {
    description: "OPEN carts take changes, ABANDONED ones are opened by one, SUBMITTED ones are in checkout, CLOSED ones were purchased",
  }),
  currency: Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217" }),
  total_amount: amount("sum over all lines"),
  item_count: count("units over all lines"),
  line_count: count("lines"),
  order_id: nullable("the order that a CLOSED cart became"),
  merged_into: nullable("the id of the cart that took the lines of a MERGED cart"),
  abandoned_at: Type.Union([time("when the cart was last abandoned"), Type.Null()], { description: "null for a cart that never was" }),
  version: Type.Integer({ minimum: 1, description: "of the last event that is in this answer" }),
  created_at: time("of the first event"),
  updated_at: time("of the last event that is in this answer"),
};

const cartItem = Type.Object({
  item_id: Type.String(),
  name: nullable("for display"),
  quantity: Type.Integer({ minimum: 1 }),
  price: amount("of one unit"),
  line_total: amount("price times quantity"),
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

import { maxQuantity } from "@cart/domain";
import { pathSegment, text } from "@cart/http-kit";
import { Type } from "typebox";
import { exampleCartId, exampleTargetId } from "../examples.ts";

const userId = (description: string, example: string) => text({ minLength: 1, maxLength: 255, description, examples: [example] });
const opaqueId = (description: string, example: string) => text({ minLength: 1, maxLength: 64, description, examples: [example] });

const itemId = (description: string) => pathSegment({ minLength: 1, maxLength: 64, description, examples: ["item-456"] });

export const cartIdParameter = Type.Object({
  id: Type.String({ format: "uuid", description: "the cart's id, chosen by the client", examples: [exampleCartId] }),
});

export const itemParameters = Type.Object({ ...cartIdParameter.properties, item_id: itemId("an item in the cart") });

export const addItemBody = Type.Object(
  {
    user_id: userId("the user who owns the cart", "user-123"),
    item_id: itemId("the item to add"),
    quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: maxQuantity, default: 1, description: "units to add", examples: [2] })),
    price: Type.Number({
      minimum: 0,
      maximum: 1_000_000,
      description: "price of one unit, in the cart's currency; replaces the line's price",
      examples: [29.99],
    }),
    name: Type.Optional(text({ minLength: 1, maxLength: 255, description: "the item's name, for display", examples: ["Coffee cup"] })),
    tenant_id: Type.Optional(opaqueId("the shop; a new cart without one belongs to `default`", "default")),
    currency: Type.Optional(
      Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217; fixed when the cart is created", examples: ["USD"] }),
    ),
  },
  { additionalProperties: false },
);

export const changeQuantityBody = Type.Object(
  {
    quantity: Type.Integer({ minimum: 0, maximum: maxQuantity, description: "the line's new quantity; 0 removes the line", examples: [3] }),
  },
  { additionalProperties: false },
);

/** The body of a command whose address says everything. */
export const emptyBody = Type.Object({}, { additionalProperties: false });

export const purchaseBody = Type.Object(
  { order_id: opaqueId("the order that the cart became", "order-789") },
  { additionalProperties: false },
);

export const mergeBody = Type.Object(
  {
    target_cart_id: Type.String({ format: "uuid", description: "the cart that takes the lines", examples: [exampleTargetId] }),
    strategy: Type.Optional(
      Type.Enum(["add", "max"], {
        default: "add",
        description: "the quantity of an item that is in both carts: their sum, or the greater one",
      }),
    ),
  },
  { additionalProperties: false },
);

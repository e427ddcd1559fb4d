import { maxQuantity } from "@cart/domain";
import { Type } from "typebox";

const opaqueId = (description: string) => Type.String({ minLength: 1, maxLength: 64, description });

export const cartIdParameter = Type.Object({ id: Type.String({ format: "uuid", description: "the cart's id, chosen by the client" }) });

export const itemParameters = Type.Object({ ...cartIdParameter.properties, item_id: opaqueId("an item in the cart") });

export const addItemBody = Type.Object(
  {
    user_id: opaqueId("whose cart it is"),
    item_id: opaqueId("what is added"),
    quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: maxQuantity, default: 1, description: "how many are added" })),
    price: Type.Number({
      minimum: 0,
      maximum: 1_000_000,
      description: "of one unit, in the cart's currency; the line's price from now on",
    }),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: "of the item, for display" })),
    tenant_id: Type.Optional(opaqueId("which shop; `default` for a new cart when left out")),
    currency: Type.Optional(Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217; fixed when the cart is created" })),
  },
  { additionalProperties: false },
);

export const changeQuantityBody = Type.Object(
  { quantity: Type.Integer({ minimum: 0, maximum: maxQuantity, description: "of the line from now on; 0 removes it" }) },
  { additionalProperties: false },
);

/** Of a command that says everything with its address. */
export const emptyBody = Type.Object({}, { additionalProperties: false });

export const purchaseBody = Type.Object({ order_id: opaqueId("the order that the cart became") }, { additionalProperties: false });

export const mergeBody = Type.Object(
  {
    target_cart_id: Type.String({ format: "uuid", description: "the cart that takes the lines" }),
    strategy: Type.Optional(
      Type.Enum(["add", "max"], {
        default: "add",
        description: "what becomes of the quantities of an item that is in both carts: their sum, or the greater one",
      }),
    ),
  },
  { additionalProperties: false },
);

import { Type } from "typebox";
import { cartStatuses } from "../carts/cartStatuses.ts";
import { cartSummarySchema } from "../carts/cartView.ts";

const opaqueId = (description: string) => Type.String({ minLength: 1, maxLength: 64, description });

export const userParameter = Type.Object({ user_id: opaqueId("whose carts") });
export const tenantParameter = Type.Object({ tenant_id: opaqueId("the shop") });

export const listQuery = Type.Object(
  {
    status: Type.Optional(Type.Enum(cartStatuses, { description: "only carts with this status" })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20, description: "most carts in the answer" })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: "the `next_cursor` of the page before" })),
  },
  { additionalProperties: false },
);

export const cartListSchema = Type.Object({
  carts: Type.Array(cartSummarySchema, { description: "newest first, by created_at" }),
  next_cursor: Type.Union([Type.String(), Type.Null()], { description: "of the next page; null on the last one" }),
});

import { text } from "@cart/http-kit";
import { uuidToBytes } from "@cart/mysql";
import { Type } from "typebox";
import { cartStatuses } from "../carts/cartStatuses.ts";
import { cartSummarySchema } from "../carts/cartView.ts";
import { exampleCartId } from "../examples.ts";
import { encodeCursor } from "./listCursor.ts";

const opaqueId = (description: string, example: string) => text({ minLength: 1, maxLength: 64, description, examples: [example] });

export const userParameter = Type.Object({
  user_id: text({ minLength: 1, maxLength: 255, description: "the user who owns the carts", examples: ["user-123"] }),
});
export const tenantParameter = Type.Object({ tenant_id: opaqueId("the shop", "default") });

const exampleCursor = encodeCursor({ createdAt: "2026-11-23 22:06:04.670000", id: uuidToBytes(exampleCartId) });

export const listQuery = Type.Object(
  {
    status: Type.Optional(Type.Enum(cartStatuses, { description: "only carts with this status" })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20, description: "the most carts in the answer" })),
    cursor: Type.Optional(
      text({ minLength: 1, maxLength: 100, description: "the `next_cursor` of the previous page", examples: [exampleCursor] }),
    ),
  },
  { additionalProperties: false },
);

export const cartListSchema = Type.Object({
  carts: Type.Array(cartSummarySchema, { description: "newest first, by created_at" }),
  next_cursor: Type.Union([Type.String(), Type.Null()], {
    description: "the `cursor` of the next page; null on the last page",
    examples: [null],
  }),
});

import type { CartStatus } from "@cart/domain";
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

const exampleCursor = encodeCursor("created_at", { time: "2026-11-23 22:06:04.670000", id: uuidToBytes(exampleCartId) });

const anyStatus = cartStatuses.join("|");

const closed = { additionalProperties: false };

export const listQuery = Type.Object(
  {
    status: Type.Optional(
      Type.String({
        pattern: `^(${anyStatus})(,(${anyStatus}))*$`,
        maxLength: 100,
        description: `only carts with one of these: ${cartStatuses.join(", ")}. Several are separated by commas, or named by several parameters`,
        examples: ["OPEN,ABANDONED"],
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20, description: "the most carts in the answer" })),
    cursor: Type.Optional(
      text({ minLength: 1, maxLength: 100, description: "the `next_cursor` of the previous page", examples: [exampleCursor] }),
    ),
    order_by: Type.Optional(
      Type.Enum(["created_at", "last_activity"], {
        description: "newest first by this time: by default created_at, or last_activity with updated_since. last_activity is updated_at",
      }),
    ),
    updated_since: Type.Optional(
      Type.String({ format: "date-time", description: "only carts that last changed then or later", examples: ["2025-11-20T00:00:00Z"] }),
    ),
  },
  closed,
);

/** A user has one current cart: there is nothing to choose. */
export const currentCartQuery = Type.Object({}, closed);

/** The statuses in a valid `status`, each once. */
export const statusesOf = (status: string | undefined): CartStatus[] =>
  status === undefined ? [] : cartStatuses.filter((each) => status.split(",").includes(each));

export const cartListSchema = Type.Object({
  carts: Type.Array(cartSummarySchema, { description: "newest first, by created_at or by updated_at" }),
  next_cursor: Type.Union([Type.String(), Type.Null()], {
    description: "the `cursor` of the next page; null on the last page",
    examples: [null],
  }),
});

import type { CartOperation } from "@cart/domain";
import type { OperationBody } from "./cartBodies.ts";

/** Whose cart an operation may create, and what the cart must be like if it exists. */
export type OperationOwner = Pick<Extract<CartOperation, { type: "AddItem" }>, "userId" | "tenantId" | "currency" | "defaults">;

/** Returns the domain's operation of a part of a request. */
export const toOperation = (body: OperationBody, owner: OperationOwner): CartOperation => {
  switch (body.op) {
    case "add_item": {
      const { item_id: itemId, name, attributes, quantity = 1, price } = body;
      return { type: "AddItem", ...owner, itemId, name, attributes, quantity, price };
    }
    case "change_item":
      return { type: "ChangeItem", lineId: body.line_id, quantity: body.quantity, price: body.price };
    case "remove_item":
      return { type: "RemoveItem", lineId: body.line_id };
    case "change_cart":
      return { type: "ChangeDetails", attributes: body.attributes, currency: body.currency };
    case "set_adjustments":
      return { type: "SetAdjustments", adjustments: body.adjustments };
    case "clear":
      return { type: "ClearCart" };
    default:
      return body satisfies never;
  }
};

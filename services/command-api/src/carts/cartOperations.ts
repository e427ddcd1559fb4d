import type { AddItem, CartOperation } from "@cart/domain";
import { HttpProblem } from "@cart/process-kit";
import { ofOperationAt } from "../commands/commandProblem.ts";
import type { OperationBody } from "./cartBodies.ts";

/** A part of a request that adds an item. */
export type AddItemOperation = Extract<OperationBody, { op: "add_item" }>;

/** Returns the domain's operations of a request. `addOf` makes those that add an item; its problem names the operation. */
export const toOperations = (
  bodies: readonly OperationBody[],
  addOf: (body: AddItemOperation) => Promise<AddItem>,
): Promise<CartOperation[]> =>
  Promise.all(
    bodies.map(async (body, place) => {
      if (body.op !== "add_item") return toOperation(body);
      try {
        return await addOf(body);
      } catch (error) {
        throw error instanceof HttpProblem ? ofOperationAt(place, error) : error;
      }
    }),
  );

const toOperation = (body: Exclude<OperationBody, AddItemOperation>): CartOperation => {
  switch (body.op) {
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

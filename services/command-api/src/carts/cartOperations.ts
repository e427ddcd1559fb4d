import type { AddItem, CartOperation } from "@cart/domain";
import { ofOperationAt } from "../commands/commandProblem.ts";
import type { OperationBody } from "./cartBodies.ts";

/** A part of a request that adds an item. */
export type AddItemOperation = Extract<OperationBody, { op: "add_item" }>;

/** What the operations of a request are made of. */
export type OperationSources = {
  /** Makes the command of an added item. */
  readonly add: (body: AddItemOperation) => Promise<AddItem>;
  /** Called with each operation, in their order. */
  readonly follow?: ((operation: CartOperation) => void) | undefined;
};

/** Returns the domain's operations of a request, one after the other. A problem or a refusal names its operation. */
export const toOperations = async (bodies: readonly OperationBody[], { add, follow }: OperationSources): Promise<CartOperation[]> => {
  const operations: CartOperation[] = [];
  for (const [place, body] of bodies.entries()) {
    try {
      const operation = body.op === "add_item" ? await add(body) : toOperation(body);
      follow?.(operation);
      operations.push(operation);
    } catch (error) {
      throw ofOperationAt(place, error);
    }
  }
  return operations;
};

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

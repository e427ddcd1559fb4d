import type { AddItem, CartOperation } from "@cart/domain";
import { type FieldOf, ofOperationAt } from "../commands/commandProblem.ts";
import { type AddItemBody, addedItemField } from "./addItemCommand.ts";
import type { OperationBody } from "./cartBodies.ts";

/** Whose cart a request with several operations may create, and what the cart must be like if it exists. */
export type OwnerBody = Pick<AddItemBody, "user_id" | "tenant_id" | "currency">;

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

/** The fields of an added item that a request with operations has beside them, once for all operations. */
const ownerFields: ReadonlySet<string> = new Set<keyof OwnerBody>(["user_id", "tenant_id", "currency"]);

/** Returns the paths of the fields that refusals of these operations are about. A line is addressed by its `line_id`. */
export const operationFields =
  (operations: readonly OperationBody[], owner: OwnerBody): FieldOf =>
  ({ field, facts: { operation: place } }) => {
    const operation = place === undefined ? undefined : operations[place];
    if (field === undefined || operation === undefined) return field;
    const named = fieldOfOperation(field, operation, owner);
    return operation.op === "add_item" && ownerFields.has(named) ? named : `operations/${place}/${named}`;
  };

const fieldOfOperation = (field: string, operation: OperationBody, owner: OwnerBody): string => {
  if (operation.op === "add_item") return addedItemField(field, { ...owner, ...operation });
  return field === "item_id" ? "line_id" : field;
};

import { forbiddenProblem, type Operation, type Operations } from "@cart/http-kit";
import {
  addItemBody,
  cartIdParameter,
  changeQuantityBody,
  emptyBody,
  itemParameters,
  mergeBody,
  purchaseBody,
} from "../carts/cartBodies.ts";
import { commandAnswerSchema, mergeAnswerSchema } from "../carts/cartAnswers.ts";
import { commandOperation, type DescribedCommand } from "./commandOperation.ts";

const command = (described: DescribedCommand): Operation =>
  commandOperation({ tag: "carts", path: cartIdParameter, answer: commandAnswerSchema, ...described });

const notUnfinished = ["CART_NOT_FOUND", "CART_CLOSED", "CART_MERGED"] as const;
const notOpen = [...notUnfinished, "CART_SUBMITTED"] as const;

const addItem = {
  description: "A token says whose cart it is where `user_id` and `tenant_id` are left out.",
  more: [forbiddenProblem],
  summary: "Add an item to a cart, which is created when there is none",
  body: { schema: addItemBody, required: true },
  refusals: [
    // Never without tokens: a cart of others is to a token's sender as one that does not exist.
    ...notOpen,
    "CART_OWNED_BY_ANOTHER_USER",
    "CART_OF_ANOTHER_TENANT",
    "CURRENCY_MISMATCH",
    "CURRENCY_UNKNOWN",
    "PRICE_INVALID",
    "QUANTITY_LIMIT_EXCEEDED",
    "LINE_LIMIT_EXCEEDED",
  ],
} as const;

export const cartOperations: Operations = {
  "POST /carts/{id}/items": command({ operationId: "addItem", ...addItem }),
  "POST /additem/{id}": command({
    operationId: "addItemByShortAddress",
    ...addItem,
    description: `The same as \`POST /carts/{id}/items\`. ${addItem.description}`,
  }),
  "DELETE /carts/{id}/items": command({
    operationId: "clearCart",
    summary: "Remove all items from a cart",
    refusals: notOpen,
  }),
  "PATCH /carts/{id}/items/{item_id}": command({
    operationId: "changeItemQuantity",
    summary: "Set the quantity of an item that is in the cart",
    path: itemParameters,
    body: { schema: changeQuantityBody, required: true },
    refusals: [...notOpen, "ITEM_NOT_FOUND"],
  }),
  "DELETE /carts/{id}/items/{item_id}": command({
    operationId: "removeItem",
    summary: "Remove an item from a cart",
    path: itemParameters,
    refusals: [...notOpen, "ITEM_NOT_FOUND"],
  }),
  "POST /carts/{id}/submit": command({
    operationId: "submitCart",
    summary: "Submit a cart to checkout: it takes no changes until it is reopened",
    body: { schema: emptyBody, required: false },
    refusals: [...notUnfinished, "CART_EMPTY"],
  }),
  "POST /carts/{id}/reopen": command({
    operationId: "reopenCart",
    summary: "Reopen a cart that was submitted",
    body: { schema: emptyBody, required: false },
    refusals: notUnfinished,
  }),
  "POST /carts/{id}/purchase": command({
    operationId: "purchaseCart",
    summary: "Close a cart that became an order",
    body: { schema: purchaseBody, required: true },
    refusals: [...notUnfinished, "CART_EMPTY"],
  }),
  "POST /carts/{id}/merge": command({
    operationId: "mergeCart",
    summary: "Move the lines of a cart into another, in one transaction",
    description: "Prices and names of items that are in both carts are the target's. The cart then takes no more changes.",
    body: { schema: mergeBody, required: true },
    answer: mergeAnswerSchema,
    refusals: [
      ...notOpen,
      "CART_MERGED_INTO_ITSELF",
      "CART_OF_ANOTHER_TENANT",
      "CURRENCY_MISMATCH",
      "QUANTITY_LIMIT_EXCEEDED",
      "LINE_LIMIT_EXCEEDED",
    ],
  }),
};

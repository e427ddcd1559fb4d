import { forbiddenProblem, type Route, route } from "@cart/http-kit";
import { commandHeaders } from "../commands/commandHeaders.ts";
import { executed, refusedFor } from "../commands/commandRoute.ts";
import { requireOwn } from "./cartAccess.ts";
import { commandAnswerSchema, mergeAnswerSchema } from "./cartAnswers.ts";
import { addItemBody, cartIdParameter, changeQuantityBody, emptyBody, itemParameters, mergeBody, purchaseBody } from "./cartBodies.ts";
import type { CartCommands } from "./cartCommands.ts";

type Services = { readonly carts: CartCommands };

const onCart = { tag: "carts", params: cartIdParameter, headers: commandHeaders, answers: executed(commandAnswerSchema) } as const;
const onItem = { ...onCart, params: itemParameters } as const;

const notUnfinished = ["CART_NOT_FOUND", "CART_CLOSED", "CART_MERGED"] as const;
const notOpen = [...notUnfinished, "CART_SUBMITTED"] as const;

const beyondLimits = ["SIZE_LIMIT_EXCEEDED", "EVENT_LIMIT_EXCEEDED"] as const;

const addItem = (address: { readonly path: `/${string}`; readonly operationId: string; readonly description: string }) =>
  route({
    ...onCart,
    ...address,
    method: "POST",
    summary: "Add an item to a cart; creates the cart if it does not exist",
    body: {
      schema: addItemBody,
      required: true,
      fromToken: { user_id: (actor) => actor.userId, tenant_id: (actor) => actor.tenantId },
    },
    problems: [
      ...refusedFor(
        // Never without tokens: to the sender of a token, another user's cart does not exist.
        ...notOpen,
        "CART_OWNED_BY_ANOTHER_USER",
        "CART_OF_ANOTHER_TENANT",
        "CURRENCY_MISMATCH",
        "CURRENCY_UNKNOWN",
        "PRICE_INVALID",
        "QUANTITY_LIMIT_EXCEEDED",
        "LINE_LIMIT_EXCEEDED",
        ...beyondLimits,
      ),
      forbiddenProblem,
    ],
    handle: (request, { carts }: Services) => {
      const { access, body } = request;
      requireOwn(access, body);
      return carts.execute(request, {
        type: "AddItem",
        userId: body.user_id,
        tenantId: body.tenant_id,
        currency: body.currency,
        defaults: carts.defaults,
        itemId: body.item_id,
        name: body.name,
        quantity: body.quantity ?? 1,
        price: body.price,
      });
    },
  });

const ownerDescription = "With a token, `user_id` and `tenant_id` may be left out: the token fills them in.";

/** The write API of carts: each route is one command on one cart, or on two for a merge. */
export const cartRoutes: readonly Route<Services>[] = [
  addItem({ path: "/carts/{id}/items", operationId: "addItem", description: ownerDescription }),
  addItem({
    path: "/additem/{id}",
    operationId: "addItemByShortAddress",
    description: `The same as \`POST /carts/{id}/items\`. ${ownerDescription}`,
  }),
  route({
    ...onCart,
    method: "DELETE",
    path: "/carts/{id}/items",
    // With a slash at its end this is the address of an item whose id was forgotten: that must not clear the cart.
    isExact: true,
    operationId: "clearCart",
    summary: "Remove all items from a cart",
    problems: refusedFor(...notOpen),
    handle: (request, { carts }: Services) => carts.execute(request, { type: "ClearCart" }),
  }),
  route({
    ...onItem,
    method: "PATCH",
    path: "/carts/{id}/items/{item_id}",
    operationId: "changeItemQuantity",
    summary: "Set the quantity of an item in a cart",
    body: { schema: changeQuantityBody, required: true },
    problems: refusedFor(...notOpen, "ITEM_NOT_FOUND", "EVENT_LIMIT_EXCEEDED"),
    handle: (request, { carts }: Services) =>
      carts.execute(request, { type: "ChangeItemQuantity", itemId: request.params.item_id, quantity: request.body.quantity }),
  }),
  route({
    ...onItem,
    method: "DELETE",
    path: "/carts/{id}/items/{item_id}",
    operationId: "removeItem",
    summary: "Remove an item from a cart",
    problems: refusedFor(...notOpen, "ITEM_NOT_FOUND"),
    handle: (request, { carts }: Services) => carts.execute(request, { type: "RemoveItem", itemId: request.params.item_id }),
  }),
  route({
    ...onCart,
    method: "POST",
    path: "/carts/{id}/submit",
    operationId: "submitCart",
    summary: "Submit a cart to checkout: it takes no changes until it is reopened",
    body: { schema: emptyBody, required: false },
    problems: refusedFor(...notUnfinished, "CART_EMPTY"),
    handle: (request, { carts }: Services) => carts.execute(request, { type: "SubmitCart" }),
  }),
  route({
    ...onCart,
    method: "POST",
    path: "/carts/{id}/reopen",
    operationId: "reopenCart",
    summary: "Reopen a submitted cart",
    body: { schema: emptyBody, required: false },
    problems: refusedFor(...notUnfinished, "EVENT_LIMIT_EXCEEDED"),
    handle: (request, { carts }: Services) => carts.execute(request, { type: "ReopenCart" }),
  }),
  route({
    ...onCart,
    method: "POST",
    path: "/carts/{id}/purchase",
    operationId: "purchaseCart",
    summary: "Close a cart that became an order",
    description:
      "Repeating the request with the same `order_id` changes nothing and is answered with 200, because payment providers call back more than once. Another order is answered with 409 and the `order_id` of the first.",
    body: { schema: purchaseBody, required: true },
    problems: refusedFor(...notUnfinished, "CART_EMPTY"),
    handle: (request, { carts }: Services) => carts.execute(request, { type: "PurchaseCart", orderId: request.body.order_id }),
  }),
  route({
    ...onCart,
    method: "POST",
    path: "/carts/{id}/merge",
    operationId: "mergeCart",
    summary: "Move the lines of a cart into another, in one transaction",
    description: "An item that is in both carts keeps the target's price and name. Afterwards the source takes no more changes.",
    body: { schema: mergeBody, required: true },
    answers: executed(mergeAnswerSchema),
    problems: refusedFor(
      ...notOpen,
      "CART_MERGED_INTO_ITSELF",
      "CART_OF_ANOTHER_TENANT",
      "CURRENCY_MISMATCH",
      "QUANTITY_LIMIT_EXCEEDED",
      "LINE_LIMIT_EXCEEDED",
      ...beyondLimits,
    ),
    handle: (request, { carts }: Services) => {
      const { target_cart_id: target, strategy = "add" } = request.body;
      return carts.merge(request, { targetCartId: target.toLowerCase(), strategy });
    },
  }),
];

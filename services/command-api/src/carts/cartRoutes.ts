import { priceScope, purchaseScope, requireScope } from "@cart/cart-access";
import { type Actor, forbiddenProblem, invalidField, type Route, route } from "@cart/http-kit";
import { checkProblems } from "../checks/checkProblems.ts";
import { commandHeaders } from "../commands/commandHeaders.ts";
import { ofOperation, refusedFor } from "../commands/commandRoute.ts";
import { signedPriceInvalid } from "../prices/signedPrice.ts";
import { guestOf, ownerOf, requireOwn, requireShopFields, requireShopFieldsAt } from "./cartAccess.ts";
import { cartAnswers, mergeAnswers } from "./cartAnswers.ts";
import {
  addItemBody,
  adjustmentsBody,
  cartIdParameter,
  changeDetailsBody,
  changeItemBody,
  changesBody,
  claimBody,
  createCartBody,
  emptyBody,
  guestHeaders,
  itemParameters,
  mergeBody,
  purchaseBody,
} from "./cartBodies.ts";
import type { CartCommands } from "./cartCommands.ts";

type Services = { readonly carts: CartCommands };

const onCart = { tag: "carts", params: cartIdParameter, headers: commandHeaders } as const;
const onItem = { ...onCart, params: itemParameters } as const;

const notUnfinished = ["CART_NOT_FOUND", "CART_CLOSED", "CART_MERGED"] as const;
const notOpen = [...notUnfinished, "CART_SUBMITTED"] as const;

const beyondLimits = ["SIZE_LIMIT_EXCEEDED", "EVENT_LIMIT_EXCEEDED"] as const;
const ownerFromToken = { user_id: (actor: Actor) => actor.userId, tenant_id: (actor: Actor) => actor.tenantId };

const ownerDescription = "With a token, `user_id` and `tenant_id` may be left out: the token fills them in.";

const priceDescription =
  "Only a token with the scope `carts:price` may name a `price` or a `name`; a shopper sends a `signed_price`, or the shop's check names the price.";

const tooGreat = ["QUANTITY_LIMIT_EXCEEDED", "LINE_LIMIT_EXCEEDED", "AMOUNT_LIMIT_EXCEEDED", "ATTRIBUTES_TOO_LARGE"] as const;

const addItem = (address: { readonly path: `/${string}`; readonly operationId: string; readonly description: string }) =>
  route({
    ...onCart,
    ...address,
    method: "POST",
    answers: cartAnswers({ version: 2, events: ["CartCreated", "ItemAddedToCart"] }),
    summary: "Add an item to a cart; creates the cart if it does not exist",
    body: {
      schema: addItemBody,
      required: true,
      alsoRequired: ({ carts }: Services) => (carts.requiresPrice ? ["price"] : []),
      fromToken: ownerFromToken,
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
        ...tooGreat,
        ...beyondLimits,
      ),
      signedPriceInvalid,
      ...checkProblems,
      forbiddenProblem,
    ],
    handle: (request, { carts }: Services) => {
      const { access, body } = request;
      requireOwn(access, body);
      requireShopFields(access, body);
      return carts.add(request, body);
    },
  });

const createCart = route({
  ...onCart,
  method: "POST",
  path: "/carts/{id}",
  operationId: "createCart",
  answers: cartAnswers({ version: 2, events: ["CartCreated", "CartAttributesChanged"] }),
  summary: "Create an empty cart",
  description: `A cart that exists already stays as it is, if it has the same user, tenant and currency. ${ownerDescription}`,
  body: { schema: createCartBody, required: true, fromToken: ownerFromToken },
  problems: [
    ...refusedFor(
      "CART_NOT_FOUND",
      "CART_CLOSED",
      "CART_MERGED",
      "CART_OWNED_BY_ANOTHER_USER",
      "CART_OF_ANOTHER_TENANT",
      "CURRENCY_MISMATCH",
      "CURRENCY_UNKNOWN",
      "ATTRIBUTES_TOO_LARGE",
    ),
    forbiddenProblem,
  ],
  handle: (request, { carts }: Services) => {
    const { access, body } = request;
    requireOwn(access, body);
    const { user_id: userId, tenant_id: tenantId, currency, attributes } = body;
    return carts.execute(request, { type: "CreateCart", userId, tenantId, currency, attributes, defaults: carts.defaults });
  },
});

const changeCart = route({
  ...onCart,
  method: "POST",
  path: "/carts/{id}/changes",
  operationId: "changeCart",
  answers: cartAnswers({ version: 6, events: ["ItemAddedToCart", "ItemPriceChanged", "ItemQuantityChanged", "ItemRemovedFromCart"] }),
  summary: "Execute several changes as one decision: all of them, or none",
  description:
    "Each operation is decided on the cart that the operations before it leave, and appends its own events, so each event is a version. A refusal names its operation in `operation`, counted from 0, and in `errors`. Prices, names and adjustments need a token with the scope `carts:price`.",
  body: { schema: changesBody, required: true },
  problems: [
    ...refusedFor(
      ...notOpen,
      "CART_OWNED_BY_ANOTHER_USER",
      "CART_OF_ANOTHER_TENANT",
      "CURRENCY_MISMATCH",
      "CURRENCY_UNKNOWN",
      "ITEM_NOT_FOUND",
      "ITEM_AMBIGUOUS",
      "PRICE_INVALID",
      "ADJUSTMENT_INVALID",
      ...tooGreat,
      ...beyondLimits,
    ),
    signedPriceInvalid,
    ...checkProblems,
    forbiddenProblem,
  ].map(ofOperation),
  handle: (request, { carts }: Services) => {
    const { access, body } = request;
    const { userId, tenantId } = ownerOf(access, body);
    for (const [place, operation] of body.operations.entries()) {
      requireShopFieldsAt(access, operation, place);
      if (carts.requiresPrice && operation.op === "add_item" && operation.price === undefined) {
        throw invalidField(`operations/${place}/price`, "is required");
      }
    }
    return carts.change(request, body.operations, { user_id: userId, tenant_id: tenantId, currency: body.currency });
  },
});

/** The write API of carts: each route is one command on one cart, or on two for a merge. */
export const cartRoutes: readonly Route<Services>[] = [
  createCart,
  route({
    ...onCart,
    method: "PUT",
    path: "/carts/{id}/adjustments",
    operationId: "setAdjustments",
    answers: cartAnswers({ version: 3, events: ["CartAdjustmentsChanged"] }),
    summary: "Set the discounts, shipping, taxes and fees of a cart",
    description:
      "The shop computes them, and the cart carries them: `total_amount` is `items_amount` with the adjustments, and never below 0. A later change of a line marks them stale. Submission freezes them. They do not reopen an abandoned cart. With tokens, they need the scope `carts:price`.",
    access: requireScope(priceScope),
    body: { schema: adjustmentsBody, required: true },
    problems: [
      ...refusedFor(...notOpen, "ADJUSTMENT_INVALID", "PRICE_INVALID", "AMOUNT_LIMIT_EXCEEDED", ...beyondLimits),
      forbiddenProblem,
    ],
    handle: (request, { carts }: Services) => carts.execute(request, { type: "SetAdjustments", ...request.body }),
  }),
  route({
    ...onCart,
    method: "PATCH",
    path: "/carts/{id}",
    operationId: "changeCartDetails",
    answers: cartAnswers({ version: 3, events: ["CartAttributesChanged"] }),
    summary: "Change a cart's attributes, or the currency of an empty cart",
    body: { schema: changeDetailsBody, required: true },
    problems: refusedFor(...notOpen, "CURRENCY_MISMATCH", "CURRENCY_UNKNOWN", "ATTRIBUTES_TOO_LARGE", ...beyondLimits),
    handle: (request, { carts }: Services) => carts.execute(request, { type: "ChangeDetails", ...request.body }),
  }),
  addItem({ path: "/carts/{id}/items", operationId: "addItem", description: `${ownerDescription} ${priceDescription}` }),
  addItem({
    path: "/additem/{id}",
    operationId: "addItemByShortAddress",
    description: `The same as \`POST /carts/{id}/items\`. ${ownerDescription} ${priceDescription}`,
  }),
  route({
    ...onCart,
    method: "DELETE",
    path: "/carts/{id}/items",
    // With a slash at its end this is the address of an item whose id was forgotten: that must not clear the cart.
    isExact: true,
    operationId: "clearCart",
    answers: cartAnswers({ version: 3, events: ["CartCleared"] }),
    summary: "Remove all items from a cart",
    problems: refusedFor(...notOpen),
    handle: (request, { carts }: Services) => carts.execute(request, { type: "ClearCart" }),
  }),
  route({
    ...onItem,
    method: "PATCH",
    path: "/carts/{id}/items/{item_id}",
    operationId: "changeItemQuantity",
    answers: cartAnswers({ version: 3, events: ["ItemQuantityChanged"] }),
    summary: "Set the quantity or the price of a line, or both",
    description:
      "A new price alone does not reopen an abandoned cart, because it says nothing about the customer. With tokens, it needs the scope `carts:price`.",
    body: { schema: changeItemBody, required: true },
    problems: [
      ...refusedFor(...notOpen, "ITEM_NOT_FOUND", "ITEM_AMBIGUOUS", "PRICE_INVALID", "AMOUNT_LIMIT_EXCEEDED", "EVENT_LIMIT_EXCEEDED"),
      forbiddenProblem,
    ],
    handle: (request, { carts }: Services) => {
      requireShopFields(request.access, request.body);
      return carts.execute(request, { type: "ChangeItem", lineId: request.params.item_id, ...request.body });
    },
  }),
  route({
    ...onItem,
    method: "DELETE",
    path: "/carts/{id}/items/{item_id}",
    operationId: "removeItem",
    answers: cartAnswers({ version: 3, events: ["ItemRemovedFromCart"] }),
    summary: "Remove a line from a cart",
    problems: refusedFor(...notOpen, "ITEM_NOT_FOUND", "ITEM_AMBIGUOUS"),
    handle: (request, { carts }: Services) => carts.execute(request, { type: "RemoveItem", lineId: request.params.item_id }),
  }),
  changeCart,
  route({
    ...onCart,
    method: "POST",
    path: "/carts/{id}/submit",
    operationId: "submitCart",
    answers: cartAnswers({ version: 3, events: ["CartSubmitted"] }),
    summary: "Submit a cart to checkout: it takes no changes until it is reopened",
    body: { schema: emptyBody, required: false },
    problems: [...refusedFor(...notUnfinished, "CART_EMPTY", "AMOUNT_LIMIT_EXCEEDED"), ...checkProblems],
    handle: (request, { carts }: Services) => carts.submit(request),
  }),
  route({
    ...onCart,
    method: "POST",
    path: "/carts/{id}/reopen",
    operationId: "reopenCart",
    answers: cartAnswers({ version: 4, events: ["CartReopened"] }),
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
    answers: cartAnswers({ version: 4, events: ["CartPurchased"] }),
    summary: "Close a cart that became an order",
    description:
      "Repeating the request with the same `order_id` changes nothing and is answered with 200, because payment providers call back more than once. Another order is answered with 409 and the `order_id` of the first.",
    access: requireScope(purchaseScope),
    body: { schema: purchaseBody, required: true },
    problems: refusedFor(...notUnfinished, "CART_EMPTY"),
    handle: (request, { carts }: Services) => carts.execute(request, { type: "PurchaseCart", orderId: request.body.order_id }),
  }),
  route({
    ...onCart,
    method: "POST",
    path: "/carts/{id}/claim",
    operationId: "claimCart",
    answers: cartAnswers({ version: 3, events: ["CartClaimed"] }),
    summary: "Give a guest's cart to the customer as whom the guest logs in",
    description:
      "Sent by the shop's back end, which names the customer, or with the customer's token and the guest's in `Guest-Token`. The guest's token gives no access to the cart afterwards. A cart that the user owns already stays as it is.",
    headers: guestHeaders,
    body: { schema: claimBody, required: false },
    problems: [...refusedFor(...notUnfinished, "EVENT_LIMIT_EXCEEDED"), forbiddenProblem],
    handle: async (request, { carts }: Services) => {
      const { access, body, headers, res } = request;
      const { userId } = ownerOf(access, body);
      if (userId === undefined) throw invalidField("user_id", "is required unless the token is of the user who gets the cart");
      return carts.execute(request, { type: "ClaimCart", userId }, await guestOf(access, headers["Guest-Token"], res));
    },
  }),
  route({
    ...onCart,
    method: "POST",
    path: "/carts/{id}/merge",
    operationId: "mergeCart",
    answers: mergeAnswers,
    summary: "Move the lines of a cart into another, in one transaction",
    description:
      "An item that is in both carts with the same attributes keeps the target's price and name. Afterwards the source takes no more changes. A target that does not exist is created for the user whom the request or its token names, with the source's tenant and currency.",
    headers: guestHeaders,
    body: { schema: mergeBody, required: true },
    problems: [
      ...refusedFor(
        ...notOpen,
        "CART_MERGED_INTO_ITSELF",
        "CART_OF_ANOTHER_TENANT",
        "CURRENCY_MISMATCH",
        "QUANTITY_LIMIT_EXCEEDED",
        "LINE_LIMIT_EXCEEDED",
        "AMOUNT_LIMIT_EXCEEDED",
        ...beyondLimits,
      ),
      ...checkProblems,
      forbiddenProblem,
    ],
    handle: async (request, { carts }: Services) => {
      const { access, body, headers, res } = request;
      const { target_cart_id: target, strategy = "add", user_id } = body;
      const { userId } = ownerOf(access, { user_id });
      const guest = await guestOf(access, headers["Guest-Token"], res);
      return carts.merge(request, { targetCartId: target.toLowerCase(), strategy, userId }, guest);
    },
  }),
];

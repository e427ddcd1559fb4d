import { type Cart, type CartCommand, type CartEvent, decideMerge, type MergeCart } from "@cart/domain";
import type { CommandHandler } from "@cart/event-store";
import { type Access, accessOf, jsonBody, validator } from "@cart/http-kit";
import { methodNotAllowed } from "@cart/process-kit";
import { type Request, type RequestHandler, type Response, Router } from "express";
import type { CommandMetrics } from "../commandMetrics.ts";
import { commandResponder, type Operation } from "../commands/commandResponder.ts";
import { filledIn, permits, requireOwn } from "./cartAccess.ts";
import { addItemBody, cartIdParameter, changeQuantityBody, emptyBody, itemParameters, mergeBody, purchaseBody } from "./cartBodies.ts";

export type CartRoutesOptions = {
  readonly handler: CommandHandler<Cart, CartCommand, CartEvent>;
  readonly metrics: CommandMetrics;
  /** What a new cart gets when the client does not say. */
  readonly defaults: { readonly tenantId: string; readonly currency: string };
  readonly now: () => Date;
};

type CartOperation = Operation<Cart, CartCommand, CartEvent>;

/** The write API of carts: each route is one command on one cart, or on two for a merge. */
export const cartRoutes = ({ handler, metrics, defaults, now }: CartRoutesOptions): Router => {
  const validId = validator(cartIdParameter, { coerce: true });
  const validItem = validator(itemParameters, { coerce: true });
  const validAddItem = validator(addItemBody);
  const validQuantity = validator(changeQuantityBody);
  const validEmpty = validator(emptyBody);
  const validPurchase = validator(purchaseBody);
  const validMerge = validator(mergeBody);

  const respondTo = commandResponder({ handler, metrics, now });

  const respond = async (req: Request, res: Response, toOperation: (cartId: string, access: Access) => CartOperation): Promise<void> => {
    const access = accessOf(res);
    const { id } = validId(req.params);
    const aggregateId = id.toLowerCase();
    const operation = toOperation(aggregateId, access);
    await respondTo(req, res, { aggregateId, path: req.path.replace(id, aggregateId), permits: permits(access), ...operation });
  };

  /** A command that its address and, if there is one, its body say. */
  const command =
    (toCommand: (req: Request, access: Access) => CartCommand): RequestHandler =>
    (req, res) =>
      respond(req, res, (_cartId, access) => ({ command: toCommand(req, access) }));

  const addItem = command((req, access) => {
    const body = validAddItem(filledIn(req.body, access));
    requireOwn(access, body);
    return {
      type: "AddItem",
      userId: body.user_id,
      tenantId: body.tenant_id,
      currency: body.currency,
      defaults,
      itemId: body.item_id,
      name: body.name,
      quantity: body.quantity ?? 1,
      price: body.price,
    };
  });

  const changeQuantity = command((req) => ({
    type: "ChangeItemQuantity",
    itemId: validItem(req.params).item_id,
    quantity: validQuantity(req.body).quantity,
  }));
  const removeItem = command((req) => ({ type: "RemoveItem", itemId: validItem(req.params).item_id }));
  const clear = command(() => ({ type: "ClearCart" }));
  const purchase = command((req) => ({ type: "PurchaseCart", orderId: validPurchase(req.body).order_id }));

  /** The body may be left out or be an empty object. */
  const withoutInput = (type: "SubmitCart" | "ReopenCart"): RequestHandler =>
    command((req) => {
      validEmpty(req.body ?? {});
      return { type };
    });

  const merge: RequestHandler = (req, res) =>
    respond(req, res, (sourceCartId) => {
      const { target_cart_id, strategy = "add" } = validMerge(req.body);
      const targetCartId = target_cart_id.toLowerCase();
      const mergeCart: MergeCart = { type: "MergeCart", sourceCartId, targetCartId, strategy };
      return {
        type: mergeCart.type,
        otherId: targetCartId,
        decide: (source, target) => {
          const events = decideMerge(mergeCart, source, target);
          return { own: events.source, other: events.target };
        },
      };
    });

  const router = Router();
  const post = (path: string, handle: RequestHandler) => router.route(path).post(jsonBody(), handle).all(methodNotAllowed("POST"));
  router
    .route("/carts/:id/items")
    .post(jsonBody(), addItem)
    // With a slash at its end this is the address of an item whose id was forgotten: that must not clear the cart.
    .delete((req, res, next) => (req.path.endsWith("/") ? next("route") : clear(req, res, next)))
    .all(methodNotAllowed("POST", "DELETE"));
  router.route("/carts/:id/items/:item_id").patch(jsonBody(), changeQuantity).delete(removeItem).all(methodNotAllowed("PATCH", "DELETE"));
  post("/additem/:id", addItem);
  post("/carts/:id/submit", withoutInput("SubmitCart"));
  post("/carts/:id/reopen", withoutInput("ReopenCart"));
  post("/carts/:id/purchase", purchase);
  post("/carts/:id/merge", merge);
  return router;
};

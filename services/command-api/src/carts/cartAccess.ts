import { forbidden, hasScope, isAdmin, mayActOn, priceScope } from "@cart/cart-access";
import type { Owner } from "@cart/domain";
import { type Access, accessOfToken, type Actor } from "@cart/http-kit";
import type { Response } from "express";
import { ofOperationAt } from "../commands/commandProblem.ts";

/**
 * Restricts the sender to its own carts and those of the guest whose token it brings too; all others behave as if they did not
 * exist.
 */
export const permits = (access: Access, guest?: Actor): ((owner: Owner) => boolean) | undefined =>
  access === "unchecked" ? undefined : (owner) => mayActOn(access, owner) || (guest !== undefined && mayActOn(guest, owner));

/**
 * Returns the guest whose token a request brings besides its own: the user as whom the customer shopped before logging in. The
 * guest acts on its own carts only, whatever the token's scopes say. Rejects with a 401 for an invalid token.
 */
export const guestOf = async (access: Access, token: string | undefined, res: Response): Promise<Actor | undefined> => {
  if (access === "unchecked" || token === undefined) return undefined;
  const guest = await accessOfToken(res, token);
  if (guest === "unchecked") return undefined;
  if (guest.tenantId !== access.tenantId) throw forbidden("the guest's token is of another tenant than the request's");
  return { ...guest, scopes: [] };
};

type NamedOwner = { readonly user_id?: string | undefined; readonly tenant_id?: string | undefined };

/** Refuses a request that names another user or tenant with 403. This depends on the request alone and reveals nothing about a cart. */
export const requireOwn = (access: Access, { user_id, tenant_id }: NamedOwner): void => {
  if (access === "unchecked") return;
  if (tenant_id !== access.tenantId) throw forbidden("tenant_id names another tenant than the token");
  if (user_id !== access.userId && !isAdmin(access)) throw forbidden("user_id names another user than the token");
};

/** The fields of a request that only the shop itself may fill in, with what a refusal calls them. */
const shopFields = new Map([
  ["price", "a price"],
  ["name", "a name"],
  ["adjustments", "adjustments"],
]);

/** Refuses a price, a name or adjustments that a shopper sends with 403, because they would only be the shopper's claim. */
export const requireShopFields = (access: Access, fields: object): void => {
  if (hasScope(access, priceScope)) return;
  const named = Object.keys(fields).filter((field) => shopFields.has(field));
  if (named.length === 0) return;
  const what = named.map((field) => shopFields.get(field)).join(" or ");
  throw forbidden(`only a token with the scope ${priceScope} may send ${what}; a shopper sends a signed_price`, priceScope, named);
};

/** Refuses what `requireShopFields` refuses, in the operation with this place among those of a request. */
export const requireShopFieldsAt = (access: Access, operation: object, place: number): void => {
  try {
    requireShopFields(access, operation);
  } catch (error) {
    throw ofOperationAt(place, error);
  }
};

/**
 * Returns the owner whom a request names, and otherwise its token's user and tenant. A back end is the owner of no cart, so an
 * administrator's token names no user. Refuses what `requireOwn` refuses.
 */
export const ownerOf = (
  access: Access,
  body: NamedOwner,
): { readonly userId: string | undefined; readonly tenantId: string | undefined } => {
  if (access === "unchecked") return { userId: body.user_id, tenantId: body.tenant_id };
  const { user_id: userId = isAdmin(access) ? undefined : access.userId, tenant_id: tenantId = access.tenantId } = body;
  requireOwn(access, { user_id: userId ?? access.userId, tenant_id: tenantId });
  return { userId, tenantId };
};

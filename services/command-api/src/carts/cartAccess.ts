import type { Cart } from "@cart/domain";
import { type Access, forbidden, mayActOn } from "@cart/http-kit";

/** Which carts the command handler lets the sender act on; a cart of others is to it as one that does not exist. */
export const permits = (access: Access): ((cart: Cart) => boolean) | undefined =>
  access === "unchecked" ? undefined : (cart) => cart.status === "NONE" || mayActOn(access, cart);

/** The token says whose cart it is where the body does not. */
export const filledIn = (body: unknown, access: Access): unknown => {
  if (access === "unchecked" || typeof body !== "object" || body === null || Array.isArray(body)) return body;
  return { user_id: access.userId, tenant_id: access.tenantId, ...body };
};

/** 403 for who asks for a cart of somebody else: that depends on the request alone and says nothing of any cart. */
export const requireOwn = (access: Access, { user_id, tenant_id }: { readonly user_id: string; readonly tenant_id?: string }): void => {
  if (access === "unchecked") return;
  if (tenant_id !== access.tenantId) throw forbidden("the token is of another tenant than tenant_id");
  if (user_id !== access.userId && !access.isAdmin) throw forbidden("the token is of another user than user_id");
};

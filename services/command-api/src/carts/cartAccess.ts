import { forbidden, isAdmin, mayActOn } from "@cart/cart-access";
import type { Cart } from "@cart/domain";
import type { Access } from "@cart/http-kit";

/** Restricts the sender to its own carts; all others behave as if they did not exist. */
export const permits = (access: Access): ((cart: Cart) => boolean) | undefined =>
  access === "unchecked" ? undefined : (cart) => cart.status === "NONE" || mayActOn(access, cart);

/** Refuses a request that names another user or tenant with 403. This depends on the request alone and reveals nothing about a cart. */
export const requireOwn = (access: Access, { user_id, tenant_id }: { readonly user_id: string; readonly tenant_id?: string }): void => {
  if (access === "unchecked") return;
  if (tenant_id !== access.tenantId) throw forbidden("tenant_id names another tenant than the token");
  if (user_id !== access.userId && !isAdmin(access)) throw forbidden("user_id names another user than the token");
};

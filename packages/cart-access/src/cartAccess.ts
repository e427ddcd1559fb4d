import { type Access, type AccessRule, type Actor, forbidden as forbiddenFor, type TokenRules } from "@cart/http-kit";
import type { HttpProblem } from "@cart/process-kit";

/** The tokens that both APIs accept. */
export const tokenRules: TokenRules = { realm: "carts" };

/** The scope of a tenant's administrators, such as the shop's back end: it includes every other scope. */
const adminScope = "carts:admin";

/** The scope of senders whose prices and names are the shop's own, not a shopper's claims. */
export const priceScope = "carts:price";

/** The scope of senders that know that an order was made of a cart. */
export const purchaseScope = "carts:purchase";

export const isAdmin = (actor: Actor): boolean => actor.scopes.includes(adminScope);

/** Whether the sender may do what the scope allows. Everyone may while no tokens are checked. */
export const hasScope = (access: Access, scope: string): boolean =>
  access === "unchecked" || isAdmin(access) || access.scopes.includes(scope);

export type Owner = { readonly userId: string; readonly tenantId: string };

/** The one rule of carts: an actor may act on its own in its own tenant, an administrator on all of its tenant. */
export const mayActOn = (access: Access, { userId, tenantId }: Owner): boolean =>
  access === "unchecked" || (tenantId === access.tenantId && (userId === access.userId || isAdmin(access)));

/** The 403 of a request that only another user, an administrator, or a token with the scope may send: with these fields, if it names any. */
export const forbidden = (detail: string, scope: string = adminScope, fields?: readonly string[]): HttpProblem =>
  forbiddenFor({ realm: tokenRules.realm, scope, detail, fields });

/** Refuses every actor without the scope. It says nothing about whose carts the actor may act on. */
export const requireScope = (scope: string): AccessRule<unknown> =>
  Object.assign(
    (actor: Actor): void => {
      if (!hasScope(actor, scope)) throw forbidden(`only a token with the scope ${scope} or ${adminScope} allows this`, scope);
    },
    { scopes: [scope, adminScope] },
  );

/** Refuses every actor but those of the tenant in the path whose token has the scope, or is an administrator's. */
export const requireTenantScope = (scope: string): AccessRule<{ readonly tenant_id: string }> =>
  Object.assign(
    (actor: Actor, { tenant_id: tenantId }: { readonly tenant_id: string }): void => {
      if (actor.tenantId !== tenantId || !hasScope(actor, scope))
        throw forbidden(`only a token of this tenant with the scope ${scope} or ${adminScope} allows this`, scope);
    },
    { scopes: [scope, adminScope] },
  );

/** Refuses every actor but the administrators of the tenant in the path. */
export const requireTenantAdmin: AccessRule<{ readonly tenant_id: string }> = Object.assign(
  (actor: Actor, { tenant_id: tenantId }: { readonly tenant_id: string }): void => {
    if (actor.tenantId !== tenantId || !isAdmin(actor)) {
      throw forbidden(`only a token of this tenant with the scope ${adminScope} allows this`);
    }
  },
  { scopes: [adminScope] },
);

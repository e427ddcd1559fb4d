import { type Access, type AccessRule, type Actor, forbidden as forbiddenFor, type TokenRules } from "@cart/http-kit";
import type { HttpProblem } from "@cart/process-kit";

/** The tokens that both APIs accept. */
export const tokenRules: TokenRules = { realm: "carts" };

/** The scope of a tenant's administrators, such as the shop's back end. */
const adminScope = "carts:admin";

export const isAdmin = (actor: Actor): boolean => actor.scopes.includes(adminScope);

export type Owner = { readonly userId: string; readonly tenantId: string };

/** The one rule of carts: an actor may act on its own in its own tenant, an administrator on all of its tenant. */
export const mayActOn = (access: Access, { userId, tenantId }: Owner): boolean =>
  access === "unchecked" || (tenantId === access.tenantId && (userId === access.userId || isAdmin(access)));

/** The 403 of a request that only another user, or an administrator, may send. */
export const forbidden = (detail: string): HttpProblem => forbiddenFor({ realm: tokenRules.realm, scope: adminScope, detail });

/** Refuses every actor but the administrators of the tenant in the path. */
export const requireTenantAdmin: AccessRule<{ readonly tenant_id: string }> = (actor, { tenant_id: tenantId }) => {
  if (actor.tenantId !== tenantId || !isAdmin(actor)) {
    throw forbidden(`only a token of this tenant with the scope ${adminScope} allows this`);
  }
};

import { tokenRules } from "@cart/cart-access";
import { type Access, type AccessRule, type Actor, forbidden } from "@cart/http-kit";
import type { HttpProblem } from "@cart/process-kit";

const readScope = "console:read";
const repairScope = "console:repair";
/** The scope of the people who run the system. Everybody else sees and repairs what belongs to the token's tenant. */
const allTenantsScope = "console:all-tenants";

const has = (actor: Actor, scope: string): boolean => actor.scopes.includes(scope);

const refuse = (scope: string, detail: string): HttpProblem => forbidden({ realm: tokenRules.realm, scope, detail });

/** A token that may repair may look as well. */
export const requireRead: AccessRule<unknown> = (actor) => {
  if (!has(actor, readScope) && !has(actor, repairScope)) throw refuse(readScope, `looking at the console needs the scope ${readScope}`);
};

export const requireRepair: AccessRule<unknown> = (actor) => {
  if (!has(actor, repairScope)) throw refuse(repairScope, `repairing needs the scope ${repairScope}`);
};

export const canRepair = (access: Access): boolean => access === "unchecked" || has(access, repairScope);

/** Returns the only tenant whose data the sender may see, or `undefined` if it may see the data of all tenants. */
export const onlyTenant = (access: Access): string | undefined =>
  access === "unchecked" || has(access, allTenantsScope) ? undefined : access.tenantId;

/** For what belongs to no tenant, such as a message that cannot be read, or to all of them, such as a rebuild. */
export const requireAllTenants = (access: Access): void => {
  if (onlyTenant(access) !== undefined) throw refuse(allTenantsScope, `this concerns every tenant and needs the scope ${allTenantsScope}`);
};

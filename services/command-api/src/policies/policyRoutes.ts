import { requireTenantAdmin } from "@cart/cart-access";
import { type Route, route } from "@cart/http-kit";
import { commandHeaders } from "../commands/commandHeaders.ts";
import { refusedFor } from "../commands/commandRoute.ts";
import { policyAnswers } from "./policyAnswer.ts";
import { policyBody, tenantParameter } from "./policyBodies.ts";
import { choicesOf, type PolicyCommands } from "./policyCommands.ts";

type Services = { readonly policies: PolicyCommands };

const onPolicy = {
  path: "/tenants/{tenant_id}/cart-abandoned-policies",
  tag: "policies",
  access: requireTenantAdmin,
  params: tenantParameter,
  headers: commandHeaders,
} as const;

const withPolicy = { ...onPolicy, body: { schema: policyBody, required: true } } as const;

const notValid = ["QUIET_TIME_INVALID", "TIME_ZONE_UNKNOWN", "REMINDERS_INVALID"] as const;

/** The write API of a tenant's one policy, which says when carts count as abandoned. */
export const policyRoutes: readonly Route<Services>[] = [
  route({
    ...withPolicy,
    method: "POST",
    operationId: "createCartAbandonedPolicy",
    answers: policyAnswers("TenantCartAbandonedPolicyCreated", 1),
    summary: "Define when carts of a tenant count as abandoned",
    description: "A tenant has one policy. The carts of a tenant without a policy are never abandoned.",
    problems: refusedFor("POLICY_EXISTS", ...notValid),
    handle: (request, { policies }: Services) =>
      policies.execute(request, {
        type: "CreateTenantCartAbandonedPolicy",
        tenantId: request.params.tenant_id,
        choices: choicesOf(request.body),
      }),
  }),
  route({
    ...withPolicy,
    method: "PUT",
    operationId: "updateCartAbandonedPolicy",
    answers: policyAnswers("TenantCartAbandonedPolicyUpdated", 3),
    summary: "Replace a tenant's policy",
    description: "Omitted fields are reset to their defaults. The new policy also applies to carts that are already waiting.",
    problems: refusedFor("POLICY_NOT_FOUND", ...notValid),
    handle: (request, { policies }: Services) =>
      policies.execute(request, { type: "UpdateTenantCartAbandonedPolicy", choices: choicesOf(request.body) }),
  }),
  route({
    ...onPolicy,
    method: "DELETE",
    operationId: "removeCartAbandonedPolicy",
    answers: policyAnswers("TenantCartAbandonedPolicyRemoved", 3),
    summary: "Remove a tenant's policy",
    description: "The tenant's carts are then no longer abandoned and no reminder is sent, also for carts that are already waiting.",
    problems: refusedFor("POLICY_NOT_FOUND"),
    handle: (request, { policies }: Services) => policies.execute(request, { type: "RemoveTenantCartAbandonedPolicy" }),
  }),
];

import { forbiddenProblem, type Operation, type Operations } from "@cart/http-kit";
import { policyAnswerSchema } from "../policies/policyAnswer.ts";
import { policyBody, tenantParameter } from "../policies/policyBodies.ts";
import { commandOperation, type DescribedCommand } from "./commandOperation.ts";

const command = (described: Omit<DescribedCommand, "body">): Operation =>
  commandOperation({
    tag: "policies",
    path: tenantParameter,
    body: { schema: policyBody, required: true },
    answer: policyAnswerSchema,
    more: [forbiddenProblem],
    ...described,
  });

const notValid = ["QUIET_TIME_INVALID", "TIME_ZONE_UNKNOWN", "REMINDERS_INVALID"] as const;

export const policyOperations: Operations = {
  "POST /tenants/{tenant_id}/cart-abandoned-policies": command({
    operationId: "createCartAbandonedPolicy",
    summary: "Say when carts of a tenant count as abandoned",
    description: "A tenant has one policy; without one no cart of theirs is ever abandoned.",
    refusals: ["POLICY_EXISTS", ...notValid],
  }),
  "PUT /tenants/{tenant_id}/cart-abandoned-policies": command({
    operationId: "updateCartAbandonedPolicy",
    summary: "Put another policy in the place of a tenant's",
    description: "What is left out goes back to its default. It counts for carts that wait already, too.",
    refusals: ["POLICY_NOT_FOUND", ...notValid],
  }),
};

import { type TenantPolicyEvent, tenantPolicyEventCatalog, tenantPolicyId } from "@cart/domain";
import { Type } from "typebox";
import { changeSchema, outcomeSchema } from "../commands/commandAnswer.ts";

const eventTypes = Object.keys(tenantPolicyEventCatalog) as TenantPolicyEvent["type"][];

export const policyAnswerSchema = Type.Object({
  ...changeSchema("policy", eventTypes, { id: tenantPolicyId("default"), version: 1, events: ["TenantCartAbandonedPolicyCreated"] }),
  ...outcomeSchema,
});

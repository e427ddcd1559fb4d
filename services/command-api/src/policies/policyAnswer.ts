import { type TenantPolicyEvent, tenantPolicyEventCatalog, tenantPolicyId } from "@cart/domain";
import { Type } from "typebox";
import { changeSchema, exampleChange, exampleOutcome, outcomeSchema } from "../commands/commandAnswer.ts";
import { executed } from "../commands/commandRoute.ts";

const eventTypes = Object.keys(tenantPolicyEventCatalog) as TenantPolicyEvent["type"][];
const id = tenantPolicyId("default");

export const policyAnswerSchema = Type.Object({
  ...changeSchema("policy", eventTypes, { id, version: 1, events: ["TenantCartAbandonedPolicyCreated"] }),
  ...outcomeSchema,
});

/** The answers of a route on a policy. In their example, the route's own example has appended the event. */
export const policyAnswers = (event: TenantPolicyEvent["type"], version: number) =>
  executed(policyAnswerSchema, { ...exampleChange({ id, events: [event], version }), ...exampleOutcome });

import { type TenantPolicyEvent, tenantPolicyEventCatalog } from "@cart/domain";
import { Type } from "typebox";
import { changeSchema, outcomeSchema } from "../commands/commandAnswer.ts";

const eventTypes = Object.keys(tenantPolicyEventCatalog) as TenantPolicyEvent["type"][];

export const policyAnswerSchema = Type.Object({ ...changeSchema("policy", eventTypes), ...outcomeSchema });

import { tenantPolicyAggregate, type TenantPolicyEvent } from "@cart/domain";
import { createProjection, type ProjectionDefinition } from "../projection/projection.ts";
import { applicable } from "../projection/projectionError.ts";
import { policiesTable, policyRows } from "./policyRows.ts";
import { noPolicy, type ProjectedPolicy } from "./projectedPolicy.ts";
import { policyWrites } from "./policyWrites.ts";
import { type PolicyRow, selectPolicies, toPolicies } from "./selectPolicies.ts";

const { evolve } = tenantPolicyAggregate.decider;

export const policyDefinition: ProjectionDefinition<ProjectedPolicy, TenantPolicyEvent, [PolicyRow[]]> = {
  category: tenantPolicyAggregate,
  revision: 1,
  tables: [policiesTable],
  initialState: noPolicy,
  project: ({ policy, createdAt }, { version, occurredAt, event }) => ({
    version,
    policy: applicable(() => evolve(policy, event)),
    createdAt: event.type === "TenantCartAbandonedPolicyCreated" ? occurredAt : createdAt,
    updatedAt: occurredAt,
  }),
  select: selectPolicies,
  toStates: toPolicies,
  writes: policyWrites,
  rowsOf: policyRows,
};

export const policyProjection = createProjection(policyDefinition);

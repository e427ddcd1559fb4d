import { type TenantPolicy, tenantPolicyAggregate } from "@cart/domain";

/** A tenant's policy as the read model has it: the fold of its first `version` events. */
export type ProjectedPolicy = {
  /** 0 for a policy that is not there. */
  readonly version: number;
  readonly policy: TenantPolicy;
  /** When its first event occurred. */
  readonly createdAt: Date;
  /** When its last event occurred. */
  readonly updatedAt: Date;
};

const epoch = new Date(0);

export const noPolicy: ProjectedPolicy = {
  version: 0,
  policy: tenantPolicyAggregate.decider.initialState,
  createdAt: epoch,
  updatedAt: epoch,
};

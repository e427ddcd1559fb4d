import { type TenantPolicy, tenantPolicyAggregate } from "@cart/domain";

/** The state of a tenant's policy in the read model: the fold of its first `version` events. */
export type ProjectedPolicy = {
  /** 0 if the tenant never had a policy. */
  readonly version: number;
  readonly policy: TenantPolicy;
  /** The time at which the policy was created, for the last time if it was removed in between. */
  readonly createdAt: Date;
  /** The time at which the policy's last event occurred. */
  readonly updatedAt: Date;
};

const epoch = new Date(0);

export const noPolicy: ProjectedPolicy = {
  version: 0,
  policy: tenantPolicyAggregate.decider.initialState,
  createdAt: epoch,
  updatedAt: epoch,
};

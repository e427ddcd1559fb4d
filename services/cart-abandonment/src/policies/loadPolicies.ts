import { type ExistingTenantPolicy, tenantPolicyAggregate } from "@cart/domain";
import { loadStreams } from "@cart/event-store";
import type { Pool } from "mysql2/promise";
import type { Policies, PolicyRules } from "./policy.ts";

/** Loads the newest policies of these streams from the event store. Omits a stream that never had a policy. */
export const loadPolicies = async (eventStore: Pool, policyIds: readonly string[]): Promise<Policies> => {
  if (policyIds.length === 0) return new Map();
  const streams = await loadStreams(eventStore, tenantPolicyAggregate, policyIds);
  return new Map(
    [...streams.values()].flatMap(({ state, version }) =>
      state.status === "NONE" ? [] : [[state.tenantId, { version, rules: state.status === "REMOVED" ? undefined : rulesOf(state) }]],
    ),
  );
};

const rulesOf = (policy: ExistingTenantPolicy): PolicyRules => ({
  abandonedMinutes: policy.abandonedMinutes,
  checkoutAbandonedMinutes: policy.checkoutAbandonedMinutes,
  reminders: policy.reminders,
  overtakenReminders: policy.overtakenReminders,
  maxRemindersPerDay: policy.maxRemindersPerDay,
  timeZone: policy.timeZone,
  quietTime: policy.quietTime === null ? undefined : { ...policy.quietTime, timeZone: policy.timeZone },
});

import { tenantPolicyAggregate } from "@cart/domain";
import { loadStreams } from "@cart/event-store";
import type { Pool } from "mysql2/promise";
import type { Policies } from "./policy.ts";

/** Loads the newest policies of these streams from the event store. Omits a stream that has no policy. */
export const loadPolicies = async (eventStore: Pool, policyIds: readonly string[]): Promise<Policies> => {
  if (policyIds.length === 0) return new Map();
  const streams = await loadStreams(eventStore, tenantPolicyAggregate, policyIds);
  return new Map(
    [...streams.values()].flatMap(({ state, version }) => {
      if (state.status === "NONE") return [];
      const { tenantId, abandonedMinutes, reminders, timeZone } = state;
      const quietTime = state.quietTime === null ? undefined : { ...state.quietTime, timeZone };
      return [[tenantId, { version, abandonedMinutes, reminders, quietTime }]];
    }),
  );
};

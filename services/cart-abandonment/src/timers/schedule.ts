import type { Policies } from "../policies/policy.ts";
import type { CartProgress, Wait } from "./cartProgress.ts";

/** When a cart's timer is due. */
export type Schedule = {
  readonly wait: Wait;
  /** `undefined` while the tenant has no policy. */
  readonly dueAt: Date | undefined;
  /** The version of the policy that `dueAt` was computed from; 0 if it was computed without a policy. */
  readonly policyVersion: number;
};

/**
 * Returns the schedule of a cart, or `undefined` if the cart waits for nothing, which includes a reminder that
 * the policy does not have.
 */
export const scheduleOf = ({ tenantId, waitsFor: wait }: CartProgress, policies: Policies): Schedule | undefined => {
  if (wait === undefined) return undefined;
  // The timer is due at once, because the worker finds the tenant in the event store.
  if (tenantId === undefined) return { wait, dueAt: wait.since, policyVersion: 0 };
  const policy = policies.get(tenantId);
  if (policy === undefined) return { wait, dueAt: undefined, policyVersion: 0 };
  const minutes = wait.step === 0 ? policy.abandonedMinutes : policy.reminders[wait.step - 1];
  if (minutes === undefined) return undefined;
  return { wait, dueAt: new Date(wait.since.getTime() + minutes * 60_000), policyVersion: policy.version };
};

/** Returns a schedule that is due at once, because the event store has events that are not in the progress. */
export const scheduleLook = ({ tenantId, waitsFor }: CartProgress, policies: Policies, now: Date): Schedule => ({
  wait: waitsFor ?? { step: 0, since: now },
  dueAt: now,
  policyVersion: tenantId === undefined ? 0 : (policies.get(tenantId)?.version ?? 0),
});

import type { Policies } from "../policies/policy.ts";
import type { CartProgress, Wait } from "./cartProgress.ts";

/** When a worker has to look at a cart. */
export type Schedule = {
  readonly wait: Wait;
  /** `undefined` for as long as the tenant has no policy. */
  readonly dueAt: Date | undefined;
  /** Of the policy that it is by; 0 for none. */
  readonly policyVersion: number;
};

/** `undefined` for a cart that waits for nothing, or not any more, as the policy has no further reminder. */
export const scheduleOf = ({ tenantId, waitsFor: wait }: CartProgress, policies: Policies): Schedule | undefined => {
  if (wait === undefined) return undefined;
  // At once: the event store has the tenant.
  if (tenantId === undefined) return { wait, dueAt: wait.since, policyVersion: 0 };
  const policy = policies.get(tenantId);
  if (policy === undefined) return { wait, dueAt: undefined, policyVersion: 0 };
  const minutes = wait.step === 0 ? policy.abandonedMinutes : policy.reminders[wait.step - 1];
  if (minutes === undefined) return undefined;
  return { wait, dueAt: new Date(wait.since.getTime() + minutes * 60_000), policyVersion: policy.version };
};

/** At once, as the event store has events that are not in the progress. */
export const scheduleLook = ({ tenantId, waitsFor }: CartProgress, policies: Policies, now: Date): Schedule => ({
  wait: waitsFor ?? { step: 0, since: now },
  dueAt: now,
  policyVersion: tenantId === undefined ? 0 : (policies.get(tenantId)?.version ?? 0),
});

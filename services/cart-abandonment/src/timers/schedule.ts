import { policyOf, type Policies, type PolicyRules } from "../policies/policy.ts";
import { activity, type CartProgress, type Wait } from "./cartProgress.ts";

/** When a cart's timer is due. */
export type Schedule = {
  readonly wait: Wait;
  /** `undefined` while the tenant has no policy, or a policy that does not abandon carts at checkout. */
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
  const { version: policyVersion, rules } = policyOf(policies, tenantId);
  if (rules === undefined) return { wait, dueAt: undefined, policyVersion };
  if (wait.step > rules.reminders.length) return undefined;
  return { wait, dueAt: wait.step === 0 ? abandonedAt(wait, rules) : remindedAt(wait, rules), policyVersion };
};

const abandonedAt = ({ stage, since }: Wait, { abandonedMinutes, checkoutAbandonedMinutes }: PolicyRules): Date | undefined => {
  const minutes = stage === "checkout" ? checkoutAbandonedMinutes : abandonedMinutes;
  return minutes === null ? undefined : minutesAfter(since, minutes);
};

/** Returns when the reminder is due. With `move`, a late reminder moves the next one, which keeps its distance. */
const remindedAt = ({ step, since, remindedAt: last }: Wait, { reminders, overtakenReminders }: PolicyRules): Date => {
  const minutes = minutesOf(reminders, step);
  const planned = minutesAfter(since, minutes);
  if (overtakenReminders === "skip" || last === undefined || step === 1) return planned;
  const moved = minutesAfter(last, minutes - minutesOf(reminders, step - 1));
  return moved > planned ? moved : planned;
};

/** Returns the minutes between the abandonment and the reminder of this step. */
export const minutesOf = (reminders: readonly number[], step: number): number => {
  const minutes = reminders[step - 1];
  if (minutes === undefined) throw new Error(`the policy has ${reminders.length} reminders, expected at least ${step}`);
  return minutes;
};

export const minutesAfter = (time: Date, minutes: number): Date => new Date(time.getTime() + minutes * 60_000);

/** Returns a schedule that is due at once, because the event store has events that are not in the progress. */
export const scheduleLook = ({ tenantId, waitsFor }: CartProgress, policies: Policies, now: Date): Schedule => ({
  wait: waitsFor ?? activity(now),
  dueAt: now,
  policyVersion: tenantId === undefined ? 0 : policyOf(policies, tenantId).version,
});

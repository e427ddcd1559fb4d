import type { CartCommand } from "@cart/domain";
import { policyOf, type Policies, type PolicyRules } from "../policies/policy.ts";
import { quietUntil } from "../policies/quietTime.ts";
import type { CartProgress, Wait } from "../timers/cartProgress.ts";
import { minutesAfter, minutesOf, scheduleOf } from "../timers/schedule.ts";

/** What to do with a cart whose newest events are known. */
export type Decision =
  | { readonly kind: "END" }
  /** The timer is not due, because of activity or a changed policy. */
  | { readonly kind: "MOVE" }
  /** The customer is left alone for now: it is quiet time, or the customer has had as many reminders today as the policy allows. */
  | ({ readonly kind: "QUIET" | "LIMITED" } & Pause)
  | { readonly kind: "ABANDON"; readonly command: Extract<CartCommand, { type: "AbandonCart" }> }
  | {
      readonly kind: "REMIND";
      readonly command: Extract<CartCommand, { type: "RemindOfAbandonment" }>;
      readonly policyVersion: number;
      readonly rules: PolicyRules;
    };

/** The timer is due again at `until`, if the policy is still at this version then. */
export type Pause = { readonly until: Date; readonly policyVersion: number };

/** `purchasedAt` is the time of the user's last purchase, with whichever cart. It ends the reminders of carts that were left before. */
export const decideTimer = (progress: CartProgress, policies: Policies, now: Date, purchasedAt?: Date): Decision => {
  const schedule = scheduleOf(progress, policies);
  // If the tenant is still unknown, the event store does not have the cart.
  if (schedule === undefined || progress.tenantId === undefined) return { kind: "END" };
  const { wait, dueAt } = schedule;
  if (wait.step > 0 && purchasedAt !== undefined && purchasedAt >= wait.activeAt) return { kind: "END" };
  const { version: policyVersion, rules } = policyOf(policies, progress.tenantId);
  if (rules === undefined || dueAt === undefined || dueAt > now) return { kind: "MOVE" };
  const until = rules.quietTime && quietUntil(now, rules.quietTime);
  if (until !== undefined) return { kind: "QUIET", until, policyVersion };
  return wait.step === 0 ? abandon(wait, dueAt) : remind(wait, { policyVersion, rules, now });
};

const abandon = ({ since }: Wait, dueAt: Date): Decision => ({
  kind: "ABANDON",
  command: { type: "AbandonCart", lastActivityAt: since, abandonedAfterMinutes: (dueAt.getTime() - since.getTime()) / 60_000 },
});

type Reminding = { readonly policyVersion: number; readonly rules: PolicyRules; readonly now: Date };

const remind = (wait: Wait, { policyVersion, rules, now }: Reminding): Decision => {
  const step = rules.overtakenReminders === "skip" ? latestDueStep(wait, rules, now) : wait.step;
  const command = { type: "RemindOfAbandonment", step, afterMinutes: minutesOf(rules.reminders, step) } as const;
  return { kind: "REMIND", command, policyVersion, rules };
};

/** Returns the last of the steps that are due. A step after the next one is due too if the next one is late, for example after quiet time. */
const latestDueStep = ({ step, since }: Wait, { reminders }: PolicyRules, now: Date): number => {
  const last = reminders.findLastIndex((minutes) => minutesAfter(since, minutes) <= now) + 1;
  return Math.max(step, last);
};

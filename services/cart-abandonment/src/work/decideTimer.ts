import type { CartCommand } from "@cart/domain";
import type { Policies } from "../policies/policy.ts";
import { quietUntil } from "../policies/quietTime.ts";
import type { CartProgress } from "../timers/cartProgress.ts";
import { scheduleOf } from "../timers/schedule.ts";

/** What to do with a cart whose newest events are known. */
export type Decision =
  | { readonly kind: "END" }
  /** The timer is not due, because of activity or a changed policy. */
  | { readonly kind: "MOVE" }
  | { readonly kind: "QUIET"; readonly until: Date; readonly policyVersion: number }
  | { readonly kind: "ACT"; readonly command: TimerCommand };

export type TimerCommand = Extract<CartCommand, { type: "AbandonCart" | "RemindOfAbandonment" }>;

export const decideTimer = (progress: CartProgress, policies: Policies, now: Date): Decision => {
  const schedule = scheduleOf(progress, policies);
  // If the tenant is still unknown, the event store does not have the cart.
  if (schedule === undefined || progress.tenantId === undefined) return { kind: "END" };
  const policy = policies.get(progress.tenantId);
  if (policy === undefined || schedule.dueAt === undefined || schedule.dueAt > now) return { kind: "MOVE" };
  const until = policy.quietTime && quietUntil(now, policy.quietTime);
  if (until !== undefined) return { kind: "QUIET", until, policyVersion: policy.version };

  const { step, since } = schedule.wait;
  const minutes = (schedule.dueAt.getTime() - since.getTime()) / 60_000;
  return {
    kind: "ACT",
    command:
      step === 0
        ? { type: "AbandonCart", lastActivityAt: since, abandonedAfterMinutes: minutes }
        : { type: "RemindOfAbandonment", step, afterMinutes: minutes },
  };
};

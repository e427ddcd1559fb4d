import type { OvertakenReminders } from "@cart/domain";
import type { QuietTime } from "./quietTime.ts";

/** Says when a tenant's carts are abandoned, and when their customers are reminded. */
export type PolicyRules = {
  /** Minutes without activity after which an open cart is abandoned. */
  readonly abandonedMinutes: number;
  /** Minutes without activity after which a submitted cart is abandoned; null means never. */
  readonly checkoutAbandonedMinutes: number | null;
  /** Minutes between the abandonment and each reminder. */
  readonly reminders: readonly number[];
  readonly overtakenReminders: OvertakenReminders;
  /** The limit of reminders to one user on one day in `timeZone`; null means that they are not limited. */
  readonly maxRemindersPerDay: number | null;
  /** An IANA name. */
  readonly timeZone: string;
  readonly quietTime: QuietTime | undefined;
};

/** One version of a tenant's policy. */
export type Policy = {
  /** The version of the policy's stream. */
  readonly version: number;
  /** `undefined` after the policy was removed. */
  readonly rules: PolicyRules | undefined;
};

/** Policies by tenant id. A tenant that never had a policy has no entry. */
export type Policies = ReadonlyMap<string, Policy>;

const noPolicy: Policy = { version: 0, rules: undefined };

/** Returns the tenant's policy; a tenant that never had one is at version 0 and has no rules. */
export const policyOf = (policies: Policies, tenantId: string): Policy => policies.get(tenantId) ?? noPolicy;

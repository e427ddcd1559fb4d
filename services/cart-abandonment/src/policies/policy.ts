import type { QuietTime } from "./quietTime.ts";

/** Says when a tenant's carts are abandoned, and when their customers are reminded. */
export type Policy = {
  /** The version of the policy's stream. */
  readonly version: number;
  /** Minutes without activity after which an open cart is abandoned. */
  readonly abandonedMinutes: number;
  /** Minutes between the abandonment and each reminder. */
  readonly reminders: readonly number[];
  readonly quietTime: QuietTime | undefined;
};

/** Policies by tenant id. A tenant without a policy has no entry. */
export type Policies = ReadonlyMap<string, Policy>;

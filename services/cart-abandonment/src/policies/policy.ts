import type { QuietTime } from "./quietTime.ts";

/** When a tenant's carts are abandoned, and what follows. */
export type Policy = {
  /** Of the policy's stream. */
  readonly version: number;
  /** Minutes without activity after which an open cart is abandoned. */
  readonly abandonedMinutes: number;
  /** Minutes after the abandonment, one for each reminder. */
  readonly reminders: readonly number[];
  readonly quietTime: QuietTime | undefined;
};

/** By tenant; one without a policy is not in it. */
export type Policies = ReadonlyMap<string, Policy>;

export type CartAbandonedPolicy = {
  readonly title: string;
  readonly abandonedMinutes: number;
  /** Local times in `timeZone`. `to` is the first moment that is not quiet; it may be earlier than `from`, on the next day. */
  readonly quietTime: { readonly from: string; readonly to: string } | null;
  /** IANA name. */
  readonly timeZone: string;
  /** Minutes after the abandonment, ascending. Reminder step n is at index n - 1. */
  readonly reminders: readonly number[];
};

export type ExistingTenantPolicy = CartAbandonedPolicy & { readonly status: "ACTIVE"; readonly tenantId: string };

/** `NONE` is a tenant who has made no policy. */
export type TenantPolicy = { readonly status: "NONE" } | ExistingTenantPolicy;

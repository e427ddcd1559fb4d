/** What a tenant chooses. Everything that is left out has its default: no quiet time, UTC, no reminders. */
export type PolicyChoices = {
  readonly title: string;
  /** How long a cart is left alone before it counts as abandoned: 1 to 43,200, which is 30 days. */
  readonly abandonedMinutes: number;
  /** Local times such as 22:00:00 between which no cart is abandoned and no reminder is due; it may go across midnight. Both or none. */
  readonly quietTimeFrom?: string | null | undefined;
  readonly quietTimeTo?: string | null | undefined;
  /** IANA name of the zone of the local times. */
  readonly timeZone?: string | undefined;
  /** Minutes after the abandonment at which a reminder is due, ascending. */
  readonly reminders?: readonly number[] | undefined;
};

export type CreateTenantCartAbandonedPolicy = {
  readonly type: "CreateTenantCartAbandonedPolicy";
  readonly tenantId: string;
  readonly choices: PolicyChoices;
};

/** Puts other choices in the place of all that were made before. */
export type UpdateTenantCartAbandonedPolicy = { readonly type: "UpdateTenantCartAbandonedPolicy"; readonly choices: PolicyChoices };

export type TenantPolicyCommand = CreateTenantCartAbandonedPolicy | UpdateTenantCartAbandonedPolicy;

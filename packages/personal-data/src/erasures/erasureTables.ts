/** The tables of the journal of erasures with their columns, for readiness checks. */
export const erasureTables = {
  erasures: ["erasure_id", "tenant_id", "requested_by", "requested_at", "due_at", "completed_at", "shopper", "master_key_id", "wrapped"],
  erasure_steps: ["erasure_id", "place", "first_pass_at", "second_pass_at", "waits_for"],
  erasure_streams: ["erasure_id", "aggregate_id"],
  claimed_streams: ["shopper", "aggregate_id"],
} as const;

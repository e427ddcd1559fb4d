/**
 * The tables of the event store with their columns. A service picks those that it uses for its readiness check, and a
 * spec of the service holds the list to the migrations.
 */
export const eventStoreTables = {
  events: [
    "id",
    "event_id",
    "aggregate_id",
    "aggregate_type",
    "version",
    "event_type",
    "schema_version",
    "event_data",
    "metadata",
    "created_at",
    "locking",
  ],
  outbox: [
    "id",
    "event_id",
    "aggregate_id",
    "aggregate_type",
    "version",
    "event_type",
    "schema_version",
    "event_data",
    "metadata",
    "created_at",
    "shard",
    "status",
    "published_at",
    "retry_count",
    "next_attempt_at",
    "error_message",
  ],
  snapshots: ["aggregate_id", "aggregate_type", "version", "schema_version", "state"],
  relay_leases: ["shard", "owner", "expires_at"],
  relay_members: ["owner", "expires_at"],
  outbox_blocks: ["aggregate_id", "aggregate_type", "outbox_id", "next_attempt_at"],
  idempotency_keys: ["aggregate_id", "aggregate_type", "idempotency_key", "request_hash", "version", "answer", "created_at"],
} as const;

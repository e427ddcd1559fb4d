import type { Knex } from "knex";

const shards = 16;

export async function up(knex: Knex): Promise<void> {
  // One row per shard, created once: a relay leases a shard by an UPDATE.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS relay_leases (
      shard      SMALLINT UNSIGNED NOT NULL,
      owner      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      expires_at DATETIME(6)       NOT NULL DEFAULT '1970-01-01 00:00:00',
      PRIMARY KEY (shard)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`);
  await knex("relay_leases")
    .insert(Array.from({ length: shards }, (_, shard) => ({ shard })))
    .onConflict("shard")
    .ignore();

  // The relays that are alive, so that each relay knows its fair share of the shards.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS relay_members (
      owner      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      expires_at DATETIME(6) NOT NULL,
      PRIMARY KEY (owner)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`);

  // Aggregates with a row that could not be published. Their later rows wait behind that row.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS outbox_blocks (
      aggregate_id    BINARY(16)      NOT NULL,
      aggregate_type  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      outbox_id       BIGINT UNSIGNED NOT NULL,
      next_attempt_at DATETIME(6)     NULL COMMENT 'NULL: the row is FAILED and waits for an operator',
      PRIMARY KEY (aggregate_id, aggregate_type)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS outbox_blocks, relay_members, relay_leases");
}

import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  // The answer is text, not JSON, because it is repeated byte for byte. The primary key makes a second append with the same key fail.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS idempotency_keys (
      aggregate_id    BINARY(16)      NOT NULL,
      aggregate_type  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      idempotency_key VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      request_hash    BINARY(32)      NOT NULL,
      version         INT UNSIGNED    NOT NULL COMMENT 'of the stream after the command',
      answer          TEXT            NOT NULL,
      created_at      DATETIME(6)     NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      PRIMARY KEY (aggregate_id, aggregate_type, idempotency_key),
      KEY idempotency_keys_age (created_at)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS idempotency_keys");
}

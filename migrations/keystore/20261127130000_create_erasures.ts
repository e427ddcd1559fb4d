import type { Knex } from "knex";

/*
 * The journal of erasures, next to the keys that an erasure destroys: a restored backup of the event store changes neither.
 * Once an erasure is complete, its rows name nobody. The release before this one reads and writes none of these tables.
 */
export async function up(knex: Knex): Promise<void> {
  // The unique key on the shopper lets one erasure of a person be under way. Rows of complete erasures stay as receipts.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS erasures (
      erasure_id    BINARY(16)     NOT NULL,
      tenant_id     VARCHAR(64)    NOT NULL,
      requested_by  VARCHAR(255)   NULL COMMENT 'the employee or program that asked; NULL: not known, or the shopper',
      requested_at  DATETIME(6)    NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      due_at        DATETIME(6)    NOT NULL,
      completed_at  DATETIME(6)    NULL,
      shopper       BINARY(32)     NULL COMMENT 'HMAC of tenant and user under the lookup key; NULL: complete',
      master_key_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of the key that wrapped the user id; NULL: complete',
      wrapped       VARBINARY(2048) NULL COMMENT 'the user id, encrypted by the master key; NULL: complete',
      PRIMARY KEY (erasure_id),
      UNIQUE KEY erasures_shopper (shopper),
      KEY erasures_completed (completed_at, requested_at)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  // The places that an erasure clears, each twice. A row exists from the beginning of the erasure.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS erasure_steps (
      erasure_id     BINARY(16)  NOT NULL,
      place          VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      first_pass_at  DATETIME(6) NULL,
      second_pass_at DATETIME(6) NULL,
      waits_for      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'what keeps the next pass from being done',
      PRIMARY KEY (erasure_id, place)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  // The carts of the person while the erasure is under way: after the first pass no other table says whose they were.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS erasure_streams (
      erasure_id   BINARY(16) NOT NULL,
      aggregate_id BINARY(16) NOT NULL,
      PRIMARY KEY (erasure_id, aggregate_id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  // The carts that a shopper had before another claimed them. Their events have fields under both shoppers' keys.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS claimed_streams (
      shopper      BINARY(32) NOT NULL COMMENT 'HMAC of tenant and user of the former owner under the lookup key',
      aggregate_id BINARY(16) NOT NULL,
      PRIMARY KEY (shopper, aggregate_id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS claimed_streams, erasure_streams, erasure_steps, erasures");
}

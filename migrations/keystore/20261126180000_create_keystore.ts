import type { Knex } from "knex";

/*
 * The keys of shoppers. The database is on the event store's server, so that a new key is stored in the transaction of
 * an append, and it is not part of the event store's backup: an erasure must not come back with a restored backup.
 */
export async function up(knex: Knex): Promise<void> {
  // A shopper may have several keys. An erasure leaves the id and the time, so that a destroyed key differs from a lost one.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS shopper_keys (
      key_id        BINARY(16)     NOT NULL,
      shopper       BINARY(32)     NULL COMMENT 'HMAC of tenant and user under the lookup key; NULL: destroyed',
      master_key_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of the key that wrapped this key; NULL: destroyed',
      wrapped       VARBINARY(512) NULL COMMENT 'the key, encrypted by the master key; NULL: destroyed',
      created_at    DATETIME(6)    NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      destroyed_at  DATETIME(6)    NULL,
      PRIMARY KEY (key_id),
      KEY shopper_keys_shopper (shopper),
      KEY shopper_keys_master_key (master_key_id, key_id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  // One row: two programs that start on an empty key store agree on the first lookup key.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS lookup_keys (
      id            TINYINT UNSIGNED NOT NULL COMMENT 'always 1',
      master_key_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      wrapped       VARBINARY(512)   NOT NULL,
      PRIMARY KEY (id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS lookup_keys, shopper_keys");
}

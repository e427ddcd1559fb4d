import type { Knex } from "knex";

/*
 * Ids are BINARY(16), as in the event store. Strings that clients choose are compared byte
 * by byte: `utf8mb4_0900_bin` is case-sensitive and, unlike `utf8mb4_bin`, does not ignore
 * trailing spaces. Times are the events' times in UTC, so that a rebuilt read model is
 * identical. There are no foreign keys, so that rebuilt tables can replace these by RENAME.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS carts (
      id            BINARY(16)   NOT NULL,
      tenant_id     VARCHAR(64)  NOT NULL,
      user_id       VARCHAR(64)  NOT NULL,
      status        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      currency      CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      total_amount  BIGINT       NOT NULL COMMENT 'minor units of the currency',
      item_count    BIGINT       NOT NULL COMMENT 'units over all lines',
      line_count    INT UNSIGNED NOT NULL,
      order_id      VARCHAR(64)  NULL,
      version       INT UNSIGNED NOT NULL COMMENT 'of the last event in this row',
      next_position INT UNSIGNED NOT NULL COMMENT 'of the next new line',
      created_at    DATETIME(6)  NOT NULL,
      updated_at    DATETIME(6)  NOT NULL,
      PRIMARY KEY (id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  await knex.raw(`
    CREATE TABLE IF NOT EXISTS cart_items (
      cart_id    BINARY(16)   NOT NULL,
      item_id    VARCHAR(64)  NOT NULL,
      name       VARCHAR(255) NULL,
      quantity   BIGINT       NOT NULL,
      unit_price BIGINT       NOT NULL COMMENT 'minor units of the currency',
      position   INT UNSIGNED NOT NULL,
      PRIMARY KEY (cart_id, item_id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  // Messages as they arrived, in the order of arrival (by id). A cart with a row here is parked.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS dead_letters (
      id              BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      topic           VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      kafka_partition INT UNSIGNED    NOT NULL,
      kafka_offset    BIGINT UNSIGNED NOT NULL,
      message_key     LONGBLOB        NULL,
      headers         JSON            NOT NULL COMMENT 'list of {name, text} or, when not UTF-8, {name, base64}',
      value           LONGBLOB        NULL,
      reason_code     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      reason          TEXT            NOT NULL,
      aggregate_id    BINARY(16)      NULL COMMENT 'NULL: it could not be told, so nothing is parked',
      version         INT UNSIGNED    NULL,
      created_at      DATETIME(6)     NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      PRIMARY KEY (id),
      UNIQUE KEY dead_letters_place (topic, kafka_partition, kafka_offset),
      KEY dead_letters_aggregate (aggregate_id, id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS dead_letters, cart_items, carts");
}

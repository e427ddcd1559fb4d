import type { Knex } from "knex";

/*
 * Ids are BINARY(16), less than half of CHAR(36) in every row and index entry. Read them with BIN_TO_UUID(id).
 * Migrations are plain SQL, so that a reader sees the stored shape exactly as the server does.
 */
export async function up(knex: Knex): Promise<void> {
  // The stream key is the optimistic lock. It includes the type, so that two aggregates with the same id have separate streams.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS events (
      id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      event_id       BINARY(16)      NOT NULL,
      aggregate_id   BINARY(16)      NOT NULL,
      aggregate_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      version        INT UNSIGNED    NOT NULL,
      event_type     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      schema_version SMALLINT UNSIGNED NOT NULL,
      event_data     JSON            NOT NULL,
      metadata       JSON            NOT NULL,
      created_at     DATETIME(6)     NOT NULL,
      PRIMARY KEY (id),
      UNIQUE KEY events_stream (aggregate_id, aggregate_type, version),
      UNIQUE KEY events_event_id (event_id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  // Payloads are text, not JSON: the relay publishes exactly the bytes that were appended and never parses them.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS outbox (
      id              BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      event_id        BINARY(16)      NOT NULL,
      aggregate_id    BINARY(16)      NOT NULL,
      aggregate_type  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      version         INT UNSIGNED    NOT NULL,
      event_type      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      schema_version  SMALLINT UNSIGNED NOT NULL,
      event_data      MEDIUMTEXT      NOT NULL,
      metadata        TEXT            NOT NULL,
      created_at      DATETIME(6)     NOT NULL,
      shard           SMALLINT UNSIGNED NOT NULL,
      status          ENUM('PENDING', 'PUBLISHED', 'FAILED') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'PENDING',
      published_at    DATETIME(6)     NULL,
      retry_count     INT UNSIGNED    NOT NULL DEFAULT 0,
      next_attempt_at DATETIME(6)     NULL,
      error_message   VARCHAR(1024)   NULL,
      PRIMARY KEY (id),
      KEY outbox_status (status, id, shard)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  await knex.raw(`
    CREATE TABLE IF NOT EXISTS snapshots (
      aggregate_id   BINARY(16)      NOT NULL,
      aggregate_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      version        INT UNSIGNED    NOT NULL,
      schema_version SMALLINT UNSIGNED NOT NULL,
      state          JSON            NOT NULL,
      PRIMARY KEY (aggregate_id, aggregate_type)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS snapshots, outbox, events");
}

import type { Knex } from "knex";

/*
 * Streams whose events are in an object of the archive, and no more in `events` (ADR 35). A row is inserted in the transaction that
 * deletes the first events of its stream, and is deleted in the one that ends a restore, so a stream is whole in one of the two places.
 * Every append refuses the streams of these rows. The release before this one does not read the table: it must not run while
 * streams are archived. `event_data` are the data of the stream's CartArchived message, from which a read model is rebuilt.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS archived_streams (
      aggregate_id   BINARY(16)   NOT NULL,
      aggregate_type VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      state          ENUM('REMOVING', 'ARCHIVED', 'RESTORING') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      tenant_id      VARCHAR(64)  NOT NULL,
      version        INT UNSIGNED NOT NULL COMMENT 'of the last event',
      object_key     VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      sha256         BINARY(32)   NOT NULL COMMENT 'of the events in the object',
      event_id       BINARY(16)   NOT NULL,
      schema_version SMALLINT UNSIGNED NOT NULL COMMENT 'of event_data',
      event_data     JSON         NOT NULL,
      archived_at    DATETIME(6)  NOT NULL,
      PRIMARY KEY (aggregate_id, aggregate_type),
      KEY archived_streams_state (state),
      KEY archived_streams_tenant (tenant_id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS archived_streams");
}

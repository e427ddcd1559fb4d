import { randomUUID } from "node:crypto";
import type { Knex } from "knex";

/*
 * The event store's id tells its events from those of another system that uses the same Kafka topics by mistake. A copy of the
 * database has the same id, because it is the same history; an event store that lost events and was restored gets a new one. The
 * last row has the current id, the others are former ids. The release before this one does not read the table.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS event_store_identity (
      number     INT UNSIGNED NOT NULL AUTO_INCREMENT,
      id         BINARY(16)   NOT NULL,
      created_at DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      PRIMARY KEY (number)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`);
  await knex.raw("INSERT IGNORE INTO event_store_identity (number, id) VALUES (1, UUID_TO_BIN(?))", [randomUUID()]);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS event_store_identity");
}

import type { Knex } from "knex";

/*
 * The id of the event store whose events this database is made of. `migrate up all` writes it if it is missing, and
 * a rebuild changes it. Events of another event store are recognised by it. The last row has the current id, the others are
 * former ids. The release before this one does not read the table.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS followed_event_store (
      number INT UNSIGNED NOT NULL AUTO_INCREMENT,
      id     BINARY(16)   NOT NULL,
      PRIMARY KEY (number)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS followed_event_store");
}

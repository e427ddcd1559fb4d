import type { Knex } from "knex";

/*
 * The keys of shoppers that erasures have destroyed, a second time beside the key store, which forgets them when it is restored from a
 * backup of the time before (ADR 36). A row names nobody: events name the same ids. Neither the release before this one nor the append
 * of any release reads the table.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS destroyed_keys (
      key_id      BINARY(16)  NOT NULL,
      recorded_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      PRIMARY KEY (key_id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS destroyed_keys");
}

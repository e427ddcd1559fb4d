import type { Knex } from "knex";

/*
 * Which revision of each projection built the rows of the read model. An aggregate type without a row was projected by a
 * release that recorded none, so its rows may lack what later revisions write.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS projections (
      aggregate_type VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      revision       INT UNSIGNED NOT NULL COMMENT 'of the program that built every row',
      PRIMARY KEY (aggregate_type)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS projections");
}

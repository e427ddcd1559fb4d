import type { Knex } from "knex";

/*
 * The milestones of carts that have left for the archive, so that the funnel goes on counting them. A rebuild does not replace this
 * table: the event store has the same in its `archived_streams`, from which a rebuild adds what is missing. The release before this
 * one does not read it, and its funnel lacks archived carts.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS archived_milestones (
      cart_id   BINARY(16)  NOT NULL,
      milestone VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      tenant_id VARCHAR(64) NOT NULL,
      day       DATE        NOT NULL,
      PRIMARY KEY (cart_id, milestone),
      KEY archived_milestones_tenant (tenant_id, day, milestone)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS archived_milestones");
}

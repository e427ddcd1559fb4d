import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * MySQL lets a user lock rows with FOR UPDATE only if the user may also change or delete them, and no service may change an
 * event. So this adds a column that holds nothing, and writers are granted UPDATE on that column alone.
 */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    "ALTER TABLE events ADD COLUMN locking TINYINT NULL INVISIBLE COMMENT 'holds nothing; who may change it may lock the row'",
  );
}

export async function down(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE events DROP COLUMN locking");
}

import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * A timer whose cart the event store does not have, or has only up to an earlier event, as after a restore: the worker
 * tries again after a growing time, and then gives it up. Any new event of the cart starts the count again. The former release, which
 * may still run, leaves both columns at their defaults.
 */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    `ALTER TABLE timers
       ADD COLUMN misses SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'how often in a row the event store did not have the event at this version',
       ADD COLUMN given_up_at DATETIME(6) NULL COMMENT 'then due_at is NULL: the worker no longer tries'`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE timers DROP COLUMN misses, DROP COLUMN given_up_at");
}

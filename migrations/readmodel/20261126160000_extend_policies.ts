import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * A removed policy keeps its row, because the row has the version of the policy's stream; the columns with the policy's
 * fields are then NULL. The defaults are those that policies had before these columns.
 */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    `
    ALTER TABLE cart_abandoned_policies
      ADD COLUMN status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'ACTIVE' AFTER tenant_id,
      MODIFY COLUMN title VARCHAR(255) NULL,
      MODIFY COLUMN abandoned_minutes INT UNSIGNED NULL,
      MODIFY COLUMN time_zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      MODIFY COLUMN reminders VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'minutes, a JSON list',
      ADD COLUMN checkout_abandoned_minutes INT UNSIGNED NULL AFTER reminders,
      ADD COLUMN overtaken_reminders VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT 'skip' AFTER checkout_abandoned_minutes,
      ADD COLUMN max_reminders_per_day INT UNSIGNED NULL AFTER overtaken_reminders`,
  );
  await knex.raw(`
    ALTER TABLE cart_milestones MODIFY COLUMN milestone
      ENUM('created', 'with_items', 'submitted', 'purchased', 'abandoned', 'recovered', 'checkout_abandoned') NOT NULL`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DELETE FROM cart_milestones WHERE milestone = 'checkout_abandoned'");
  await knex.raw(`
    ALTER TABLE cart_milestones MODIFY COLUMN milestone
      ENUM('created', 'with_items', 'submitted', 'purchased', 'abandoned', 'recovered') NOT NULL`);
  await knex.raw("DELETE FROM cart_abandoned_policies WHERE title IS NULL");
  await unlessDone(
    knex,
    `
    ALTER TABLE cart_abandoned_policies
      DROP COLUMN status,
      MODIFY COLUMN title VARCHAR(255) NOT NULL,
      MODIFY COLUMN abandoned_minutes INT UNSIGNED NOT NULL,
      MODIFY COLUMN time_zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      MODIFY COLUMN reminders VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'minutes, a JSON list',
      DROP COLUMN checkout_abandoned_minutes,
      DROP COLUMN overtaken_reminders,
      DROP COLUMN max_reminders_per_day`,
  );
}

import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * A cart has a row for each milestone, with the day on which it first reached the milestone: the primary key keeps the first
 * row. Counts are read from the index `cart_milestones_funnel` alone, which ends with the primary key. No two carts share a
 * row, so projectors never wait for each other.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS cart_milestones (
      cart_id   BINARY(16)  NOT NULL,
      milestone ENUM('created', 'with_items', 'submitted', 'purchased', 'abandoned', 'recovered') NOT NULL,
      tenant_id VARCHAR(64) NOT NULL,
      day       DATE        NOT NULL COMMENT 'UTC',
      PRIMARY KEY (cart_id, milestone),
      KEY cart_milestones_funnel (tenant_id, day, milestone)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  await knex.raw(`
    CREATE TABLE IF NOT EXISTS cart_abandoned_policies (
      id                BINARY(16)   NOT NULL COMMENT 'derived from the tenant''s id',
      tenant_id         VARCHAR(64)  NOT NULL,
      title             VARCHAR(255) NOT NULL,
      abandoned_minutes INT UNSIGNED NOT NULL,
      quiet_time_from   TIME         NULL,
      quiet_time_to     TIME         NULL,
      time_zone         VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      reminders         VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'minutes, a JSON list',
      version           INT UNSIGNED NOT NULL COMMENT 'of the last event in this row',
      created_at        DATETIME(6)  NOT NULL,
      updated_at        DATETIME(6)  NOT NULL,
      PRIMARY KEY (id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  // Two aggregates of different types may have the same id. Before this migration every message was about a cart.
  await unlessDone(
    knex,
    `
    ALTER TABLE dead_letters
      ADD COLUMN aggregate_type VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'Cart' COMMENT 'of its topic' AFTER reason,
      DROP KEY dead_letters_aggregate,
      ADD KEY dead_letters_aggregate (aggregate_type, aggregate_id, id)`,
  );
}

export async function down(knex: Knex): Promise<void> {
  // Without the column, the rows and the column are gone already.
  await unlessDone(knex, "DELETE FROM dead_letters WHERE aggregate_type <> 'Cart'", ["ER_BAD_FIELD_ERROR"]);
  await unlessDone(
    knex,
    `
    ALTER TABLE dead_letters
      DROP KEY dead_letters_aggregate,
      ADD KEY dead_letters_aggregate (aggregate_id, id),
      DROP COLUMN aggregate_type`,
  );
  await knex.raw("DROP TABLE IF EXISTS cart_abandoned_policies, cart_milestones");
}

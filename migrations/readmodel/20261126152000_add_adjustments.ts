import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * The adjustments of a cart as JSON text. `total_amount` stays the sum of the lines, as the projector of the previous release
 * writes it: query-api adds the adjustments. 20 adjustments with a label of 255 and a reference of 64 characters of 4 bytes have
 * less than 32 KB.
 */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    `
    ALTER TABLE carts
      ADD COLUMN adjustments TEXT NULL COMMENT 'JSON, NULL without adjustments' AFTER attributes,
      ADD COLUMN adjustments_stale TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '1: the lines have changed since' AFTER adjustments,
      MODIFY COLUMN total_amount BIGINT NOT NULL COMMENT 'sum of the lines in minor units of the currency, without adjustments'`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    `
    ALTER TABLE carts
      DROP COLUMN adjustments_stale,
      DROP COLUMN adjustments,
      MODIFY COLUMN total_amount BIGINT NOT NULL COMMENT 'minor units of the currency'`,
  );
}

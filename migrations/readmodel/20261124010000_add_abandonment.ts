import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/** The columns of an abandoned cart. `abandoned_at` stays when the cart is reopened, because the cart was abandoned once. */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    `
    ALTER TABLE carts
      ADD COLUMN abandoned_at DATETIME(6) NULL COMMENT 'the last time' AFTER merged_into,
      ADD COLUMN reminded_step INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'the last one since then' AFTER abandoned_at`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE carts DROP COLUMN reminded_step, DROP COLUMN abandoned_at");
}

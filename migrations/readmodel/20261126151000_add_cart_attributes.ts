import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/** The attributes of a cart, in the form of those of a line. */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    "ALTER TABLE carts ADD COLUMN attributes VARCHAR(1024) NULL COMMENT 'JSON, NULL without attributes' AFTER reminded_step",
  );
}

export async function down(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE carts DROP COLUMN attributes");
}

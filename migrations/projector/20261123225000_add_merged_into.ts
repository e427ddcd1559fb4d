import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/** What a merged cart's state has beside its lines. A submitted cart has nothing more than an open one. */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE carts ADD COLUMN merged_into BINARY(16) NULL COMMENT 'the cart that got the lines' AFTER order_id");
}

export async function down(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE carts DROP COLUMN merged_into");
}

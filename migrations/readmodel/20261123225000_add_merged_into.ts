import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/** The column of a merged cart. A submitted cart needs no column beyond those of an open cart. */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE carts ADD COLUMN merged_into BINARY(16) NULL COMMENT 'the cart that got the lines' AFTER order_id");
}

export async function down(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE carts DROP COLUMN merged_into");
}

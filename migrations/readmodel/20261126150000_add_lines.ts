import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * An item has several lines in a cart if they differ in their attributes, so the id of a line takes the item's place in the primary
 * key. A projector of the previous release does not know the column: its lines get the default, which is the id that such a
 * line has. The attributes are JSON text with its names in a fixed order, because `verify` compares it; they have at most 1024 bytes.
 */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    `
    ALTER TABLE cart_items
      ADD COLUMN line_id VARCHAR(64) NOT NULL DEFAULT (item_id) AFTER cart_id,
      ADD COLUMN attributes VARCHAR(1024) NULL COMMENT 'JSON, NULL without attributes' AFTER name,
      DROP PRIMARY KEY,
      ADD PRIMARY KEY (cart_id, line_id)`,
  );
}

export async function down(knex: Knex): Promise<void> {
  // The previous release knows one line for each item. A rebuild brings the other lines back after an upgrade.
  await unlessDone(knex, "DELETE FROM cart_items WHERE line_id <> item_id", ["ER_BAD_FIELD_ERROR"]);
  await unlessDone(
    knex,
    "ALTER TABLE cart_items DROP PRIMARY KEY, ADD PRIMARY KEY (cart_id, item_id), DROP COLUMN line_id, DROP COLUMN attributes",
  );
}

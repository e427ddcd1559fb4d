import type { Knex } from "knex";

/*
 * A user's id has up to 255 characters, as many as OpenID Connect allows for the subject of a token. MySQL widens the column
 * in place, without a copy of the table, because both lengths need two bytes for the length of a value.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("ALTER TABLE carts MODIFY COLUMN user_id VARCHAR(255) NOT NULL, ALGORITHM = INPLACE, LOCK = NONE");
}

/** Fails while a cart's user id is longer: such a cart has no row in the earlier schema. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw("ALTER TABLE carts MODIFY COLUMN user_id VARCHAR(64) NOT NULL");
}

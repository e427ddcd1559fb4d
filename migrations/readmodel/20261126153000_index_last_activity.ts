import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * Lists a user's carts by their last change, such as the user's current cart. Each event of a cart moves its entry, so only
 * users have this index: a shop's carts are listed by their creation.
 */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE carts ADD KEY carts_user_activity (user_id, tenant_id, updated_at, id)");
}

export async function down(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE carts DROP KEY carts_user_activity");
}

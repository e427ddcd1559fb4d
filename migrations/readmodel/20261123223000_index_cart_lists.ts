import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * Indexes for the lists of a user's and of a tenant's carts, newest first, with and without a status. Each index ends with
 * the list's whole order (created_at, id), so that a page at any depth reads only its own rows. Of the indexed columns only
 * `status` ever changes, so events that change a cart's lines update none of these indexes.
 */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    `
    ALTER TABLE carts
      ADD KEY carts_user (user_id, created_at, id),
      ADD KEY carts_user_status (user_id, status, created_at, id),
      ADD KEY carts_tenant (tenant_id, created_at, id),
      ADD KEY carts_tenant_status (tenant_id, status, created_at, id)`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    "ALTER TABLE carts DROP KEY carts_user, DROP KEY carts_user_status, DROP KEY carts_tenant, DROP KEY carts_tenant_status",
  );
}

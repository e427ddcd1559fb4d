import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * The lists of a user's and of a tenant's carts, newest first, with and without a status. Each index ends with the
 * list's whole order (created_at, id), so that a page reads its own rows alone, at any depth. Only `status` ever
 * changes in an existing cart, so the events that change a cart's lines touch none of these.
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

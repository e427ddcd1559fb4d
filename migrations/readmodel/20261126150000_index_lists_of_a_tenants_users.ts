import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * Another tenant may know another user by the same id: `guest` is a user of many shops. The list of a tenant's user is read from
 * indexes that lead with the tenant, so its time does not depend on other tenants. The indexes that lead with the user stay, for
 * a service that checks no tokens, whose lists have carts of all tenants, and for the release before this one.
 */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    `
    ALTER TABLE carts
      ADD KEY carts_tenant_user (tenant_id, user_id, created_at, id),
      ADD KEY carts_tenant_user_status (tenant_id, user_id, status, created_at, id)`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE carts DROP KEY carts_tenant_user, DROP KEY carts_tenant_user_status");
}

import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * Lists a tenant's carts by their last change, for the people who look after a shop. The status is in front of the time, so that
 * a list of some statuses reads no other cart; a list of all statuses reads a range of each.
 */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE carts ADD KEY carts_tenant_activity (tenant_id, status, updated_at, id)");
}

export async function down(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE carts DROP KEY carts_tenant_activity");
}

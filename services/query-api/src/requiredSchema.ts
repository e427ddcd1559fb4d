import type { RequiredSchema } from "@cart/mysql";
import { readModelTables } from "@cart/read-model/tables";

const { carts, cart_items, cart_milestones, archived_milestones, cart_abandoned_policies } = readModelTables;

/**
 * The tables, columns and procedures that query-api needs to be ready: the read model's, because most of the API works
 * without the event store. A spec compares them with the migrations and with the grants of query-api's user.
 */
export const requiredSchema = {
  tables: { carts, cart_items, cart_milestones, archived_milestones, cart_abandoned_policies },
  procedures: ["await_cart"],
} as const satisfies RequiredSchema;

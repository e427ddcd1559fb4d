import type { RequiredSchema } from "@cart/mysql";

/**
 * What query-api is not ready without: the read model. Most of the API works without the event store. A spec holds the
 * list to the migrations and to the grants of the service's user.
 */
export const requiredSchema = {
  tables: {
    carts: [
      "id",
      "tenant_id",
      "user_id",
      "status",
      "currency",
      "total_amount",
      "item_count",
      "line_count",
      "order_id",
      "merged_into",
      "abandoned_at",
      "reminded_step",
      "version",
      "next_position",
      "created_at",
      "updated_at",
    ],
    cart_items: ["cart_id", "item_id", "name", "quantity", "unit_price", "position"],
    cart_milestones: ["cart_id", "milestone", "tenant_id", "day"],
    cart_abandoned_policies: [
      "id",
      "tenant_id",
      "title",
      "abandoned_minutes",
      "quiet_time_from",
      "quiet_time_to",
      "time_zone",
      "reminders",
      "version",
      "created_at",
      "updated_at",
    ],
  },
  procedures: ["await_cart"],
} as const satisfies RequiredSchema;

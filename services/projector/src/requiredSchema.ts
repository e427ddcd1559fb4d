import type { RequiredSchema } from "@cart/mysql";

/**
 * The tables and columns that the projector needs to be ready. A spec compares them with the migrations and with
 * the grants of the projector's user.
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
    dead_letters: [
      "id",
      "topic",
      "kafka_partition",
      "kafka_offset",
      "message_key",
      "headers",
      "value",
      "reason_code",
      "reason",
      "aggregate_type",
      "aggregate_id",
      "version",
      "created_at",
    ],
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
} as const satisfies RequiredSchema;

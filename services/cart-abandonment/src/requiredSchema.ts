import { eventStoreTables } from "@cart/event-store";
import type { RequiredSchema } from "@cart/mysql";

const { events, outbox, snapshots, tenant_moves, archived_streams } = eventStoreTables;

/**
 * The tables and columns that the service needs to be ready, by database. A spec compares them with the
 * migrations and with the grants of the service's users.
 */
export const requiredSchema = {
  eventstore: { tables: { events, outbox, snapshots, tenant_moves, archived_streams } },
  abandonment: {
    tables: {
      policies: [
        "tenant_id",
        "version",
        "abandoned_minutes",
        "quiet_time_from",
        "quiet_time_to",
        "time_zone",
        "reminders",
        "moving",
        "checkout_abandoned_minutes",
        "overtaken_reminders",
        "max_reminders_per_day",
      ],
      timers: [
        "cart_id",
        "tenant_id",
        "version",
        "step",
        "since",
        "policy_version",
        "due_at",
        "claimed_until",
        "misses",
        "given_up_at",
        "user_id",
        "stage",
        "active_at",
        "reminded_at",
      ],
      followed_event_store: ["number", "id"],
      purchases: ["tenant_id", "user_id", "purchased_at"],
      reminder_slots: ["tenant_id", "user_id", "day", "slot", "cart_id", "version"],
    },
  },
} as const satisfies Readonly<Record<string, RequiredSchema>>;

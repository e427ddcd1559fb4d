import { eventStoreTables } from "@cart/event-store";
import type { RequiredSchema } from "@cart/mysql";

const { event_store_identity, outbox, outbox_blocks, relay_leases, relay_members } = eventStoreTables;

/** The schema without which the relay is not ready. A spec compares it with the migrations and the grants of the relay's user. */
export const requiredSchema = {
  tables: { event_store_identity, outbox, outbox_blocks, relay_leases, relay_members },
  procedures: ["await_pending"],
} as const satisfies RequiredSchema;

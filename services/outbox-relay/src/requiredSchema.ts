import { eventStoreTables } from "@cart/event-store";
import type { RequiredSchema } from "@cart/mysql";

const { outbox, outbox_blocks, relay_leases, relay_members } = eventStoreTables;

/** The schema without which the relay is not ready. A spec compares it with the migrations and the grants of the relay's user. */
export const requiredSchema = {
  tables: { outbox, outbox_blocks, relay_leases, relay_members },
  procedures: ["await_pending"],
} as const satisfies RequiredSchema;

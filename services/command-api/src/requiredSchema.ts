import { eventStoreTables } from "@cart/event-store";
import type { RequiredSchema } from "@cart/mysql";

const { events, outbox, snapshots, idempotency_keys, tenant_moves, archived_streams, destroyed_keys } = eventStoreTables;

/** The tables and columns that command-api needs to be ready. A spec compares them with the migrations and with the grants of its user. */
export const requiredSchema = {
  tables: { events, outbox, snapshots, idempotency_keys, tenant_moves, archived_streams, destroyed_keys },
} as const satisfies RequiredSchema;

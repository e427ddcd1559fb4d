import { eventStoreTables } from "@cart/event-store";
import type { RequiredSchema } from "@cart/mysql";

const { events, outbox, snapshots, idempotency_keys } = eventStoreTables;

/** What command-api is not ready without. A spec holds it to the migrations and to the grants of the service's user. */
export const requiredSchema = { tables: { events, outbox, snapshots, idempotency_keys } } as const satisfies RequiredSchema;

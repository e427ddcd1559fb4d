import { migrateUp } from "./migrator.ts";

export { migrateDown, migrateUp, migrationStatus } from "./migrator.ts";
export { createServiceUser, grantedSchema, type GrantedSchema } from "./serviceUsers.ts";

/** Brings the event store database of the URL, created when missing, to the newest schema. */
export const migrateEventStore = async (url: string): Promise<void> => void (await migrateUp("eventstore", url));

/** Brings the read model database of the URL, created when missing, to the newest schema. */
export const migrateReadModel = async (url: string): Promise<void> => void (await migrateUp("projector", url));

/** Brings the database of the service cart-abandonment, created when missing, to the newest schema. */
export const migrateAbandonment = async (url: string): Promise<void> => void (await migrateUp("abandonment", url));

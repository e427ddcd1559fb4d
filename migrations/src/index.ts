import { migrateUp } from "./migrator.ts";

export { beginNewHistory } from "./beginNewHistory.ts";
export { followEventStore } from "./followEventStore.ts";
export { migrateDown, migrateUp, migrationStatus } from "./migrator.ts";
export { createServiceUser, grantedSchema, type GrantedSchema } from "./serviceUsers.ts";

/** Migrates the event store database of the URL to the newest schema, and creates it if it is missing. */
export const migrateEventStore = async (url: string): Promise<void> => void (await migrateUp("eventstore", url));

/** Migrates the read model database of the URL to the newest schema, and creates it if it is missing. */
export const migrateReadModel = async (url: string): Promise<void> => void (await migrateUp("readmodel", url));

/** Migrates the database of cart-abandonment to the newest schema, and creates it if it is missing. */
export const migrateAbandonment = async (url: string): Promise<void> => void (await migrateUp("abandonment", url));

/** Migrates the key store to the newest schema, and creates it if it is missing. */
export const migrateKeyStore = async (url: string): Promise<void> => void (await migrateUp("keystore", url));

/** Migrates the database of the console to the newest schema, and creates it if it is missing. */
export const migrateConsole = async (url: string): Promise<void> => void (await migrateUp("console", url));

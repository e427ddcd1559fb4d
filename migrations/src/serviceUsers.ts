import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { connectionOf, type MigratedDatabase, migratedDatabases } from "./migrator.ts";

type Privilege = "SELECT" | "INSERT" | "UPDATE" | "UPDATE (locking)" | "DELETE" | "CREATE" | "ALTER" | "INDEX" | "DROP" | "LOCK TABLES";

/** The programs that have a user in MySQL: the services, and the projector's command that rebuilds the read model. */
export const servicesWithUser = ["command-api", "outbox-relay", "projector", "rebuild", "query-api", "cart-abandonment"] as const;
export type ServiceWithUser = (typeof servicesWithUser)[number];

/** By table; `*` is the whole database, also tables that are not there yet. */
type TableGrants = Readonly<Record<string, readonly Privilege[]>>;

/** The procedures that a service calls. They run with the rights of who calls them. */
const calledProcedures: Readonly<Partial<Record<ServiceWithUser, Readonly<Partial<Record<MigratedDatabase, readonly string[]>>>>>> = {
  "outbox-relay": { eventstore: ["await_pending"] },
  "query-api": { projector: ["await_cart"] },
};

/**
 * What each service may do, and nothing else: nobody changes or deletes an event,
 * the relay cannot even read one, and what serves reads writes nowhere.
 */
export const serviceAccess: Readonly<Record<ServiceWithUser, Readonly<Partial<Record<MigratedDatabase, TableGrants>>>>> = {
  "command-api": {
    eventstore: {
      events: ["SELECT", "INSERT", "UPDATE (locking)"],
      outbox: ["INSERT"],
      snapshots: ["SELECT", "INSERT", "DELETE"],
      idempotency_keys: ["SELECT", "INSERT", "DELETE"],
    },
  },
  "outbox-relay": {
    eventstore: {
      outbox: ["SELECT", "UPDATE", "DELETE"],
      outbox_blocks: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      relay_leases: ["SELECT", "UPDATE"],
      relay_members: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    },
  },
  projector: {
    projector: {
      carts: ["SELECT", "INSERT", "UPDATE"],
      cart_items: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      cart_milestones: ["SELECT", "INSERT", "UPDATE"],
      cart_abandoned_policies: ["SELECT", "INSERT", "UPDATE"],
      dead_letters: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    },
  },
  rebuild: {
    eventstore: { events: ["SELECT"] },
    projector: { "*": ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "INDEX", "DROP", "LOCK TABLES"] },
  },
  "query-api": {
    projector: { carts: ["SELECT"], cart_items: ["SELECT"], cart_milestones: ["SELECT"], cart_abandoned_policies: ["SELECT"] },
    eventstore: { events: ["SELECT"], snapshots: ["SELECT"] },
  },
  "cart-abandonment": {
    eventstore: {
      events: ["SELECT", "INSERT", "UPDATE (locking)"],
      outbox: ["INSERT"],
      snapshots: ["SELECT", "INSERT", "DELETE"],
    },
    abandonment: {
      policies: ["SELECT", "INSERT", "UPDATE"],
      timers: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    },
  },
};

/** The databases that the service uses. */
export const databasesOf = (service: ServiceWithUser): readonly MigratedDatabase[] =>
  migratedDatabases.filter((database) => serviceAccess[service][database] !== undefined);

export type UserUrls = {
  /** Names the database, with a user that may create users. Its migrations have been applied. */
  readonly admin: string;
  /** What the service gets: the user has this name and this password. */
  readonly service: string;
};

/**
 * Makes the service's user on the database's server, with its grants there. Safe to
 * run again, also to set another password. It never takes a privilege away: an old
 * program may still need it while a new one starts.
 */
export const createServiceUser = async (service: ServiceWithUser, migrated: MigratedDatabase, urls: UserUrls): Promise<void> => {
  const { database, server } = connectionOf(urls.admin);
  const { database: ofService, server: login } = connectionOf(urls.service);
  if (database !== ofService) throw new Error(`the database of ${service} is ${ofService}, but ${database} is the one that was migrated`);
  if (login.user === server.user) throw new Error(`${service} has the name and with it all the rights of the user who makes it`);

  const connection = await mysql.createConnection({ ...server, database, connectTimeout: 10_000 });
  try {
    await connection.query("CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?", [login.user, login.password]);
    await connection.query("ALTER USER ?@'%' IDENTIFIED BY ?", [login.user, login.password]);
    await grant(connection, database, login.user, serviceAccess[service][migrated] ?? {});
    for (const procedure of calledProcedures[service]?.[migrated] ?? [])
      await connection.query("GRANT EXECUTE ON PROCEDURE ??.?? TO ?@'%'", [database, procedure, login.user]);
  } finally {
    await connection.end();
  }
};

const grant = async (connection: Connection, database: string, user: string, tables: TableGrants): Promise<void> => {
  for (const [table, privileges] of Object.entries(tables)) {
    // In the name of a whole database, and there alone, an underscore stands for any character.
    const target = table === "*" ? `\`${database.replaceAll("_", "\\_")}\`.*` : connection.escapeId(table);
    await connection.query(`GRANT ${privileges.join(", ")} ON ${target} TO ?@'%'`, [user]);
  }
};

/** The tables of a database with their columns in order, and its procedures. */
export type GrantedSchema = { readonly tables: Readonly<Record<string, readonly string[]>>; readonly procedures: readonly string[] };

/**
 * What the service may use of the migrated database of the URL. The service's own list of what it needs, by which it
 * says whether it is ready, is held to this by a spec: a migration or a grant that is not in the list fails it.
 */
export const grantedSchema = async (service: ServiceWithUser, migrated: MigratedDatabase, url: string): Promise<GrantedSchema> => {
  const { database, server } = connectionOf(url);
  const connection = await mysql.createConnection({ ...server, database, connectTimeout: 10_000 });
  try {
    const granted = Object.keys(serviceAccess[service][migrated] ?? {});
    const [rows] = await connection.query<(RowDataPacket & { name: string; field: string })[]>(
      `SELECT TABLE_NAME AS name, COLUMN_NAME AS field FROM information_schema.COLUMNS
       WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (?) ORDER BY TABLE_NAME, ORDINAL_POSITION`,
      [granted],
    );
    const columnsOf = (table: string): string[] => rows.filter(({ name }) => name === table).map(({ field }) => field);
    return {
      tables: Object.fromEntries(granted.map((table) => [table, columnsOf(table)])),
      procedures: calledProcedures[service]?.[migrated] ?? [],
    };
  } finally {
    await connection.end();
  }
};

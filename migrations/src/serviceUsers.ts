import type { Connection, RowDataPacket } from "mysql2/promise";
import { connectionOf, type MigratedDatabase, migratedDatabases, onServer } from "./migrator.ts";

type Privilege = "SELECT" | "INSERT" | "UPDATE" | `UPDATE (${string})` | "DELETE" | "CREATE" | "ALTER" | "INDEX" | "DROP" | "LOCK TABLES";

/** The programs that have a MySQL user: the services, the projector's `rebuild` command, and command-api's `archive-carts`. */
export const servicesWithUser = [
  "command-api",
  "outbox-relay",
  "projector",
  "rebuild",
  "query-api",
  "cart-abandonment",
  "console",
  "archive",
] as const;
export type ServiceWithUser = (typeof servicesWithUser)[number];

/** Privileges by table. `*` is the whole database, including tables that do not exist yet. */
type TableGrants = Readonly<Record<string, readonly Privilege[]>>;

/** The procedures that a service calls. They run with the caller's privileges. */
const calledProcedures: Readonly<Partial<Record<ServiceWithUser, Readonly<Partial<Record<MigratedDatabase, readonly string[]>>>>>> = {
  "outbox-relay": { eventstore: ["await_pending"] },
  "query-api": { readmodel: ["await_cart"] },
};

/**
 * Tables that a service may drop, which an interrupted rebuild leaves with the rows of its time. MySQL grants a privilege on a table
 * that does not exist only together with CREATE.
 */
const droppedTables: Readonly<Partial<Record<ServiceWithUser, Readonly<Partial<Record<MigratedDatabase, readonly string[]>>>>>> = {
  projector: {
    readmodel: ["carts", "cart_items", "cart_milestones", "cart_abandoned_policies"].flatMap((table) => [
      `rebuild_${table}`,
      `replaced_${table}`,
    ]),
  },
};

/** What becomes of a row of the outbox. The event in the row is not among it: nobody may change that. */
const outboxStatus = "UPDATE (status, published_at, retry_count, next_attempt_at, error_message)";

/** Of a program that clears what it derived from events when a shopper is erased. It may not begin or complete an erasure. */
const clearsPlaces: TableGrants = {
  erasures: ["SELECT"],
  erasure_steps: ["SELECT", "UPDATE (first_pass_at, second_pass_at, waits_for)"],
  erasure_streams: ["SELECT", "INSERT"],
  claimed_streams: ["SELECT"],
};

/** Of a program that stores personal fields: it may make keys, and neither change nor destroy them. */
const sealsAndOpens: TableGrants = { shopper_keys: ["SELECT", "INSERT"], lookup_keys: ["SELECT", "INSERT"] };

/** Of a program that reads personal fields. */
const opens: TableGrants = { shopper_keys: ["SELECT"], lookup_keys: ["SELECT"] };

/**
 * The privileges of each service, and no others: no service may change an event, only the archive's job may delete one, the relay may
 * not read events nor change what it publishes, and query-api may not write.
 */
export const serviceAccess: Readonly<Record<ServiceWithUser, Readonly<Partial<Record<MigratedDatabase, TableGrants>>>>> = {
  "command-api": {
    eventstore: {
      events: ["SELECT", "INSERT", "UPDATE (locking)"],
      outbox: ["SELECT", "INSERT", "UPDATE (error_message)"],
      snapshots: ["SELECT", "INSERT", "DELETE"],
      tenant_moves: ["SELECT"],
      archived_streams: ["SELECT"],
      idempotency_keys: ["SELECT", "INSERT", "DELETE"],
      destroyed_keys: ["SELECT", "INSERT"],
    },
    // It begins erasures, destroys the keys, and completes erasures.
    keystore: {
      ...sealsAndOpens,
      shopper_keys: ["SELECT", "INSERT", "UPDATE (shopper, master_key_id, wrapped, destroyed_at)"],
      erasures: ["SELECT", "INSERT", "UPDATE (completed_at, shopper, master_key_id, wrapped)"],
      erasure_steps: ["SELECT", "INSERT", "UPDATE (first_pass_at, second_pass_at, waits_for)"],
      erasure_streams: ["SELECT", "INSERT", "DELETE"],
      claimed_streams: ["SELECT", "INSERT", "DELETE"],
    },
  },
  "outbox-relay": {
    eventstore: {
      event_store_identity: ["SELECT"],
      outbox: ["SELECT", outboxStatus, "DELETE"],
      outbox_blocks: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      relay_leases: ["SELECT", "UPDATE"],
      relay_members: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    },
  },
  // It deletes a cart's rows to fold the cart again, when a shopper is erased.
  projector: {
    readmodel: {
      carts: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      cart_items: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      cart_milestones: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      archived_milestones: ["SELECT", "INSERT", "UPDATE"],
      cart_abandoned_policies: ["SELECT", "INSERT", "UPDATE"],
      dead_letters: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      projections: ["SELECT", "INSERT", "UPDATE"],
      followed_event_store: ["SELECT"],
    },
    // It folds the carts of a shopper again who is erased.
    eventstore: { events: ["SELECT"] },
    keystore: { ...opens, ...clearsPlaces },
  },
  rebuild: {
    eventstore: { events: ["SELECT"], archived_streams: ["SELECT"], event_store_identity: ["SELECT"] },
    readmodel: { "*": ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "INDEX", "DROP", "LOCK TABLES"] },
    keystore: opens,
  },
  "query-api": {
    readmodel: {
      carts: ["SELECT"],
      cart_items: ["SELECT"],
      cart_milestones: ["SELECT"],
      archived_milestones: ["SELECT"],
      cart_abandoned_policies: ["SELECT"],
    },
    eventstore: { events: ["SELECT"], archived_streams: ["SELECT"], snapshots: ["SELECT"] },
    keystore: opens,
  },
  "cart-abandonment": {
    eventstore: {
      events: ["SELECT", "INSERT", "UPDATE (locking)"],
      outbox: ["INSERT"],
      snapshots: ["SELECT", "INSERT", "DELETE"],
      tenant_moves: ["SELECT"],
      archived_streams: ["SELECT"],
    },
    abandonment: {
      policies: ["SELECT", "INSERT", "UPDATE"],
      timers: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      followed_event_store: ["SELECT"],
      purchases: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      reminder_slots: ["SELECT", "INSERT", "DELETE"],
    },
    keystore: { ...sealsAndOpens, ...clearsPlaces, claimed_streams: ["SELECT", "INSERT"] },
  },
  // The only program that may delete an event, once it is in the archive, and insert it again. It opens personal fields to judge carts.
  archive: {
    eventstore: {
      events: ["SELECT", "INSERT", "UPDATE (locking)", "DELETE"],
      outbox: ["SELECT", "INSERT"],
      snapshots: ["SELECT", "DELETE"],
      idempotency_keys: ["SELECT", "DELETE"],
      archived_streams: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      tenant_moves: ["SELECT"],
    },
    readmodel: { dead_letters: ["SELECT"] },
    abandonment: { timers: ["SELECT"] },
    keystore: opens,
  },
  // It writes the read model as the projector does, to retry dead letters, and never a line of its own log twice.
  console: {
    eventstore: {
      events: ["SELECT"],
      outbox: ["SELECT", "UPDATE (status, retry_count, next_attempt_at)"],
      outbox_blocks: ["SELECT", "DELETE"],
    },
    readmodel: {
      carts: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      cart_items: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      cart_milestones: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      archived_milestones: ["SELECT", "INSERT", "UPDATE"],
      cart_abandoned_policies: ["SELECT", "INSERT", "UPDATE"],
      dead_letters: ["SELECT", "UPDATE", "DELETE"],
    },
    console: { audit_log: ["SELECT", "INSERT"] },
    keystore: opens,
  },
};

/** The databases that the service uses. */
export const databasesOf = (service: ServiceWithUser): readonly MigratedDatabase[] =>
  migratedDatabases.filter((database) => serviceAccess[service][database] !== undefined);

export type UserUrls = {
  /** URL of the migrated database, with a user that may create users. */
  readonly admin: string;
  /** The service's URL. The user gets the name and password in it. */
  readonly service: string;
};

export type UserLimits = {
  /** The server refuses connections of the user that are not encrypted. */
  readonly requireTls?: boolean;
  /** Upper limit of the user's open connections, over all replicas of the service. */
  readonly maxConnections?: number;
};

/**
 * Creates the service's user and its grants on the database's server. It may run
 * again, also to set a new password or new limits; a limit that is not given stays. It never revokes a privilege, because
 * an old replica may still need it while new replicas start.
 */
export const createServiceUser = async (
  service: ServiceWithUser,
  migrated: MigratedDatabase,
  urls: UserUrls,
  { requireTls = false, maxConnections }: UserLimits = {},
): Promise<void> => {
  const { database, server } = connectionOf(urls.admin);
  const { database: ofService, server: login } = connectionOf(urls.service);
  if (database !== ofService)
    throw new Error(
      `the URL of ${service} names the database ${ofService}, but ${database} was migrated: use the same database in both URLs`,
    );
  if (login.user === server.user)
    throw new Error(`the URL of ${service} names the administrator: expected a separate user for the service`);

  await onServer({ server, database }, async (connection) => {
    await connection.query("CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?", [login.user, login.password]);
    const tls = requireTls ? " REQUIRE SSL" : "";
    const limit = maxConnections === undefined ? "" : ` WITH MAX_USER_CONNECTIONS ${maxConnections}`;
    await connection.query(`ALTER USER ?@'%' IDENTIFIED BY ?${tls}${limit}`, [login.user, login.password]);
    await grant(connection, database, login.user, serviceAccess[service][migrated] ?? {});
    for (const table of droppedTables[service]?.[migrated] ?? [])
      await connection.query("GRANT CREATE, DROP ON ?? TO ?@'%'", [table, login.user]);
    for (const procedure of calledProcedures[service]?.[migrated] ?? [])
      await connection.query("GRANT EXECUTE ON PROCEDURE ??.?? TO ?@'%'", [database, procedure, login.user]);
  });
};

const grant = async (connection: Connection, database: string, user: string, tables: TableGrants): Promise<void> => {
  for (const [table, privileges] of Object.entries(tables)) {
    // An underscore in the name of a whole database, and only there, is a wildcard for any character.
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
export const grantedSchema = (service: ServiceWithUser, migrated: MigratedDatabase, url: string): Promise<GrantedSchema> => {
  const { database, server } = connectionOf(url);
  return onServer({ server, database }, async (connection) => {
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
  });
};

import { readdir, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { callbackify } from "node:util";
import { NotPrimaryError, pinSession } from "@cart/mysql";
import knex, { type Knex } from "knex";
import type { Connection, RowDataPacket } from "mysql2";
import mysql, { type Connection as PromiseConnection, type SslOptions } from "mysql2/promise";

/** The databases that have migrations, each with its folder. */
export const migratedDatabases = ["eventstore", "readmodel", "abandonment", "console", "keystore"] as const;
export type MigratedDatabase = (typeof migratedDatabases)[number];

export type MigrationStatus = {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Applied by a newer release. */
  readonly newer: readonly string[];
};

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), "..");
const folderOf = (database: MigratedDatabase): string => join(packageRoot, database);

type Migration = { readonly name: string; readonly path: string };

/** A migration's name has no extension, so that its source and its compiled file are the same migration. */
const migrationsOf = async (database: MigratedDatabase): Promise<Migration[]> => {
  const folder = folderOf(database);
  const files = (await readdir(folder)).filter((file) => /^\d{14}_\w+\.(ts|js)$/.test(file)).toSorted();
  return files.map((file) => ({ name: basename(file, extname(file)), path: join(folder, file) }));
};

const migrationSource = (database: MigratedDatabase): Knex.MigrationSource<Migration> => ({
  getMigrations: () => migrationsOf(database),
  getMigrationName: ({ name }) => name,
  getMigration: async ({ path }): Promise<Knex.Migration> => {
    const migration: unknown = await import(pathToFileURL(path).href);
    if (!isMigration(migration)) throw new Error(`${path} does not export the functions up and down`);
    return migration;
  },
});

const isMigration = (value: unknown): value is Knex.Migration =>
  typeof value === "object" &&
  value !== null &&
  "up" in value &&
  "down" in value &&
  typeof value.up === "function" &&
  typeof value.down === "function";

type Server = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly ssl?: SslOptions;
};

/** Parses mysql://user:password@host:3306/database. With ?ssl={} the connection is encrypted, as for the services. */
export const connectionOf = (url: string): { database: string; server: Server } => {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const ssl = searchParams.get("ssl");
  const database = decodeURIComponent(pathname.slice(1));
  if (!/^\w+$/.test(database)) throw new Error(`the URL names no database: expected mysql://user:password@host:3306/name`);
  return {
    database,
    server: {
      host: hostname,
      port: Number(port || 3306),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      ...(ssl === null ? {} : { ssl: JSON.parse(ssl) as SslOptions }),
    },
  };
};

/**
 * Lends a connection to the server whose session is pinned. With `database`, the connection uses that database. Throws a `NotPrimaryError`
 * if the server is read-only, because it may lack the newest rows.
 */
export const onServer = async <T>(
  { server, database }: { readonly server: Server; readonly database?: string },
  work: (connection: PromiseConnection) => Promise<T>,
): Promise<T> => {
  const connection = await mysql.createConnection({ ...server, ...(database === undefined ? {} : { database }), connectTimeout: 10_000 });
  try {
    const { isReadOnly } = await pinSession(connection);
    if (isReadOnly) throw new NotPrimaryError();
    return await work(connection);
  } finally {
    await connection.end();
  }
};

/** Creates the database of the URL if it is missing, so that a migration can start on an empty server. */
const createDatabase = async (url: string): Promise<void> => {
  const { database, server } = connectionOf(url);
  await onServer({ server }, (connection) =>
    connection.query(`CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin`),
  );
};

/** Reads the names of the applied migrations, in their order, and creates nothing. Throws if the database does not exist. */
const appliedIn = async (url: string): Promise<readonly string[]> => {
  const { database, server } = connectionOf(url);
  return onServer({ server }, async (connection) => {
    try {
      const [rows] = await connection.query<(RowDataPacket & { name: string })[]>("SELECT name FROM ??.migrations ORDER BY id", [database]);
      return rows.map(({ name }) => name);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "ER_NO_SUCH_TABLE") return [];
      if (code !== "ER_BAD_DB_ERROR") throw error;
      throw new Error(`the server ${server.host}:${server.port} has no database "${database}": check its name; migrating up creates it`, {
        cause: error,
      });
    }
  });
};

const lockSeconds = 60;

/**
 * The lock belongs to the one connection that migrates: it ends with the process that
 * holds it, and not before MySQL has finished that process's last statement.
 */
const takeLock = async (connection: Connection): Promise<void> => {
  // A lock's name counts for the whole server and has 64 characters at most.
  const [rows] = await connection
    .promise()
    .query<(RowDataPacket & { taken: number | null })[]>(
      "SELECT GET_LOCK(CONCAT('migrations:', LEFT(SHA2(DATABASE(), 256), 40)), ?) AS taken",
      [lockSeconds],
    );
  if (rows[0]?.taken !== 1)
    throw new Error(`another process has been migrating this database for ${lockSeconds} s: try again when that process has ended`);
};

/** Makes a new connection of knex ready for use; as knex takes it, a function with a callback. */
const pinAndLock = (connection: Connection, done: (error: Error | null, connection: Connection) => void): void => {
  const prepare = callbackify(async () => {
    await pinSession(connection.promise());
    await takeLock(connection);
  });
  prepare((error) => done(error, connection));
};

/** Runs the work in one process at a time. The database has to exist. */
const migrating = async <T>(database: MigratedDatabase, url: string, work: (migrate: Knex.Migrator) => Promise<T>): Promise<T> => {
  const { server, database: name } = connectionOf(url);
  const timeout = (lockSeconds + 30) * 1_000;
  const connection = knex({
    client: "mysql2",
    connection: { ...server, database: name, timezone: "Z" },
    pool: { min: 1, max: 1, createTimeoutMillis: timeout, afterCreate: pinAndLock },
    acquireConnectionTimeout: timeout,
    migrations: {
      migrationSource: migrationSource(database),
      tableName: "migrations",
      // Knex refuses a schema of a newer release; `newerIn` tells such a schema from a damaged list.
      disableMigrationsListValidation: true,
    },
  });
  try {
    // Creates knex's tables if they do not exist.
    await connection.migrate.list();
    // Knex has a lock of its own, a row that stays when its process is killed. Whoever holds ours has outlived that process.
    await connection.migrate.forceFreeMigrationsLock();
    await migrationStatus(database, url);
    return await work(connection.migrate);
  } finally {
    await connection.destroy();
  }
};

/**
 * Tells which migrations are applied and which are not, and creates nothing. Throws if the database does not exist, or
 * if a migration was applied that this release does not have and that is not newer.
 */
export const migrationStatus = async (database: MigratedDatabase, url: string): Promise<MigrationStatus> => {
  const applied = await appliedIn(url);
  const known = (await migrationsOf(database)).map(({ name }) => name);
  return { applied, pending: known.filter((name) => !applied.includes(name)), newer: newerIn(applied, known) };
};

/**
 * The applied migrations that this release does not have, because a newer one applied
 * them: names begin with their time. Throws when one is missing that is not newer.
 */
export const newerIn = (applied: readonly string[], known: readonly string[]): readonly string[] => {
  const newest = known.toSorted().at(-1) ?? "";
  const unknown = applied.filter((name) => !known.includes(name));
  const missing = unknown.filter((name) => name < newest);
  if (missing.length > 0)
    throw new Error(
      `${missing.join(", ")} was applied but is not in this release, although it is not from a newer release: migrate with the release that has it`,
    );
  return unknown;
};

type Applied = readonly string[];

/**
 * Applies every pending migration; returns their names. What a newer release applied stays.
 * Creates the database if it does not exist.
 */
export const migrateUp = async (database: MigratedDatabase, url: string): Promise<Applied> => {
  await createDatabase(url);
  return migrating(database, url, async (migrate) => {
    const [, names] = (await migrate.latest()) as [number, string[]];
    return names;
  });
};

/** Reverts the newest migration, or all migrations with `all`. Returns their names, the newest first. */
export const migrateDown = async (database: MigratedDatabase, url: string, options: { all?: boolean } = {}): Promise<Applied> => {
  const { applied } = await migrationStatus(database, url);
  if (applied.length === 0) return [];
  return migrating(database, url, async (migrate) => {
    const { newer } = await migrationStatus(database, url);
    if (newer.length > 0) throw new Error(`${newer.join(", ")} is from a newer release: revert it with that release`);
    const names: string[] = [];
    for (;;) {
      const [, reverted] = (await migrate.down()) as [number, string[]];
      names.push(...reverted);
      if (options.all !== true || reverted.length === 0) return names;
    }
  });
};

/** Writes an empty migration into the source folder of the database; returns its path. */
export const createMigration = async (database: MigratedDatabase, name: string, now: Date): Promise<string> => {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`expected a migration's name in snake_case, such as add_carts_index, not "${name}"`);
  const stamp = now.toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const sourceRoot = packageRoot.endsWith(`${sep}dist`) ? dirname(packageRoot) : packageRoot;
  const path = join(sourceRoot, database, `${stamp}_${name}.ts`);
  await writeFile(path, emptyMigration, { flag: "wx" });
  return path;
};

/** Its statements must be safe to run twice, because a migration that is cut short runs again as a whole. */
const emptyMigration = `import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw("");
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("");
}
`;

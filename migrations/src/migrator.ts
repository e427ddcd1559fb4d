import { readdir, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import knex, { type Knex } from "knex";
import mysql, { type SslOptions } from "mysql2/promise";

/** The databases that have migrations, each with the folder that holds them. */
export const migratedDatabases = ["eventstore", "projector", "abandonment"] as const;
export type MigratedDatabase = (typeof migratedDatabases)[number];

export type MigrationStatus = { readonly applied: readonly string[]; readonly pending: readonly string[] };

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), "..");
const folderOf = (database: MigratedDatabase): string => join(packageRoot, database);

type Migration = { readonly name: string; readonly path: string };

/** Migrations are known by their name without the extension, so that source and compiled files are the same migration. */
const migrationSource = (folder: string): Knex.MigrationSource<Migration> => ({
  getMigrations: async () => {
    const files = (await readdir(folder)).filter((file) => /^\d{14}_\w+\.(ts|js)$/.test(file)).toSorted();
    return files.map((file) => ({ name: basename(file, extname(file)), path: join(folder, file) }));
  },
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

/** The parts of mysql://user:password@host:3306/database; with ?ssl={} the connection is encrypted, as for the services. */
export const connectionOf = (url: string): { database: string; server: Server } => {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const ssl = searchParams.get("ssl");
  const database = decodeURIComponent(pathname.slice(1));
  if (!/^\w+$/.test(database)) throw new Error(`the URL has to end with a database's name: mysql://user:password@host:3306/name`);
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

/** Creates the database of the URL when it is missing: a migration starts from nothing. */
const createDatabase = async (url: string): Promise<void> => {
  const { database, server } = connectionOf(url);
  const connection = await mysql.createConnection({ ...server, connectTimeout: 10_000 });
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin`);
  } finally {
    await connection.end();
  }
};

const withMigrator = async <T>(database: MigratedDatabase, url: string, work: (migrate: Knex.Migrator) => Promise<T>): Promise<T> => {
  await createDatabase(url);
  const { server, database: name } = connectionOf(url);
  const connection = knex({
    client: "mysql2",
    connection: { ...server, database: name, timezone: "Z" },
    pool: { min: 0, max: 2 },
    migrations: { migrationSource: migrationSource(folderOf(database)), tableName: "migrations" },
  });
  try {
    return await work(connection.migrate);
  } finally {
    await connection.destroy();
  }
};

type Applied = readonly string[];

/** Applies every pending migration; returns their names. Knex's lock table lets one process migrate at a time. */
export const migrateUp = async (database: MigratedDatabase, url: string): Promise<Applied> =>
  withMigrator(database, url, async (migrate) => {
    const [, names] = (await migrate.latest()) as [number, string[]];
    return names;
  });

/** Reverts the newest migration, or every one with `all`; returns the names, newest first. */
export const migrateDown = async (database: MigratedDatabase, url: string, options: { all?: boolean } = {}): Promise<Applied> =>
  withMigrator(database, url, async (migrate) => {
    const names: string[] = [];
    for (;;) {
      const [, reverted] = (await migrate.down()) as [number, string[]];
      names.push(...reverted);
      if (options.all !== true || reverted.length === 0) return names;
    }
  });

export const migrationStatus = async (database: MigratedDatabase, url: string): Promise<MigrationStatus> =>
  withMigrator(database, url, async (migrate) => {
    const [applied, pending] = (await migrate.list()) as [{ name: string }[], Migration[]];
    return { applied: applied.map(({ name }) => name), pending: pending.map(({ name }) => name) };
  });

/** Writes an empty migration into the source folder of the database; returns its path. */
export const createMigration = async (database: MigratedDatabase, name: string, now: Date): Promise<string> => {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`a migration's name is in snake_case, such as add_carts_index: "${name}"`);
  const stamp = now.toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const sourceRoot = packageRoot.endsWith(`${sep}dist`) ? dirname(packageRoot) : packageRoot;
  const path = join(sourceRoot, database, `${stamp}_${name}.ts`);
  await writeFile(path, emptyMigration, { flag: "wx" });
  return path;
};

const emptyMigration = `import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw("");
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("");
}
`;

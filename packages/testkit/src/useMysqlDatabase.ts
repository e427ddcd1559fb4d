import { createConnection, createPool, type Pool } from "mysql2/promise";
import { testServers } from "./testServers.ts";
import { uniqueSuffix } from "./uniqueSuffix.ts";

export type MysqlDatabaseOptions = {
  /** Creates the tables in the fresh database that the URL names. */
  readonly migrate?: (url: string) => Promise<void>;
};

/** Each accessor throws until the suite's `before` hooks have run. */
export type TestDatabase = {
  /** `mysql://…/name` of the suite's own database. */
  readonly url: () => string;
  readonly name: () => string;
  /** Connections for the specs themselves, in UTC; closed after the suite. */
  readonly pool: () => Pool;
};

/** Call it in a `describe`: its specs get a fresh database on a real server, which is dropped afterwards. */
export const useMysqlDatabase = ({ migrate }: MysqlDatabaseOptions = {}): TestDatabase => {
  let database: { readonly url: string; readonly name: string; readonly pool: Pool } | undefined;

  before("create a database", async function () {
    // The first suite also starts the server, which may have to be fetched.
    this.timeout(600_000);
    const { mysqlUrl } = await testServers();
    const name = `test_${uniqueSuffix()}`;
    await execute(mysqlUrl, `CREATE DATABASE \`${name}\``);
    const url = urlOfDatabase(mysqlUrl, name);
    database = { url, name, pool: openPool(url) };
    await migrate?.(url);
  });

  after("drop the database", async () => {
    if (database === undefined) return;
    await database.pool.end();
    const { mysqlUrl } = await testServers();
    await execute(mysqlUrl, `DROP DATABASE \`${database.name}\``);
  });

  const existing = () => {
    if (database === undefined) throw new Error("the test database does not exist yet: use it in a hook or an `it`, not in a `describe`");
    return database;
  };
  return { url: () => existing().url, name: () => existing().name, pool: () => existing().pool };
};

/**
 * Opens connections with the settings that specs rely on, whatever the server's defaults are. It does not use the pool of
 * the services, so that specs of that pool can use this one.
 */
const openPool = (url: string): Pool => {
  const pool = createPool({ uri: url, timezone: "Z" });
  // Runs before the first statement, because a connection runs its statements in order.
  pool.pool.on("connection", (connection) => connection.query(sessionSettings, () => undefined));
  return pool;
};

const sessionSettings = `SET SESSION autocommit = 1, SESSION completion_type = 'NO_CHAIN', SESSION time_zone = '+00:00',
  SESSION sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES', SESSION transaction_isolation = 'REPEATABLE-READ', NAMES utf8mb4`;

const urlOfDatabase = (serverUrl: string, name: string): string => {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
};

const execute = async (url: string, sql: string): Promise<void> => {
  const connection = await createConnection(url);
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
};

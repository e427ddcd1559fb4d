import { pinSession } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { migrateAbandonment, migrateConsole, migrateEventStore, migrateKeyStore, migrateReadModel } from "./index.ts";
import { type MigratedDatabase, migratedDatabases } from "./migrator.ts";
import { createServiceUser, databasesOf, serviceAccess, type ServiceWithUser, servicesWithUser } from "./serviceUsers.ts";

describe("the users of the services", () => {
  const databases = {
    eventstore: useMysqlDatabase({ migrate: migrateEventStore }),
    readmodel: useMysqlDatabase({ migrate: migrateReadModel }),
    abandonment: useMysqlDatabase({ migrate: migrateAbandonment }),
    console: useMysqlDatabase({ migrate: migrateConsole }),
    keystore: useMysqlDatabase({ migrate: migrateKeyStore }),
  };

  // A nested suite: its users are dropped while its databases still exist.
  describe("in databases of this suite", () => {
    const opened: Connection[] = [];
    // User names are global to the server, so each user is named after a database that only this suite has.
    const userOf = (service: ServiceWithUser): string => `${databases.eventstore.name()}-${service}`;

    const serviceUrl = (service: ServiceWithUser, database: MigratedDatabase, password = "it's a secret: 100%"): string => {
      const url = new URL(databases[database].url());
      url.username = userOf(service);
      url.password = encodeURIComponent(password);
      return url.href;
    };

    before("make them", async () => {
      for (const service of servicesWithUser) {
        for (const database of databasesOf(service)) {
          await createServiceUser(service, database, { admin: databases[database].url(), service: serviceUrl(service, database) });
        }
      }
    });

    after("drop them", async () => {
      await Promise.all(opened.map((connection) => connection.end()));
      for (const service of servicesWithUser) await databases.eventstore.pool().query("DROP USER IF EXISTS ?@'%'", [userOf(service)]);
    });

    const connect = async (url: string): Promise<Connection> => {
      const connection = await createConnection(url);
      opened.push(connection);
      await pinSession(connection);
      return connection;
    };

    /** The error codes for a table and for a database that the user may not use. */
    const refusalOf = async (service: ServiceWithUser, sql: string, named?: MigratedDatabase): Promise<unknown> => {
      const [own = "eventstore"] = databasesOf(service)
        .filter((each) => each !== "keystore")
        .toReversed();
      const database = named ?? own;
      const connection = await connect(serviceUrl(service, database));
      const error: unknown = await connection.query(sql).catch((reason: unknown) => reason);
      return error instanceof Error && "code" in error ? error.code : undefined;
    };
    const noTable = "ER_TABLEACCESS_DENIED_ERROR";

    it("let no service change or delete an event, and do not let the relay read events", async () => {
      for (const service of ["command-api", "outbox-relay"] as const) {
        expect(await refusalOf(service, "UPDATE events SET version = 1")).to.be.oneOf([noTable, "ER_COLUMNACCESS_DENIED_ERROR"]);
        expect(await refusalOf(service, "DELETE FROM events")).to.equal(noTable);
        expect(await refusalOf(service, "DROP TABLE events")).to.equal(noTable);
      }
      expect(await refusalOf("command-api", "SELECT 1 FROM events LIMIT 1")).to.equal(undefined);
      expect(await refusalOf("command-api", "SELECT 1 FROM events LIMIT 1 FOR UPDATE"), "writers lock streams").to.equal(undefined);
      expect(await refusalOf("outbox-relay", "SELECT 1 FROM events LIMIT 1")).to.equal(noTable);
    });

    it("let the services that write make keys of shoppers, the others read them, and only command-api destroy one", async () => {
      const insert = "INSERT INTO shopper_keys (key_id) VALUES (UUID_TO_BIN(UUID()))";
      for (const service of servicesWithUser.filter((each) => each !== "outbox-relay")) {
        const writes = service === "command-api" || service === "cart-abandonment";
        const refusals = async (...statements: readonly string[]): Promise<unknown> =>
          Promise.all(statements.map((sql) => refusalOf(service, sql, "keystore")));
        expect(await refusals("SELECT 1 FROM shopper_keys LIMIT 1 FOR SHARE", "SELECT 1 FROM lookup_keys"), service).to.deep.equal([
          undefined,
          undefined,
        ]);
        expect(await refusals(insert), service).to.deep.equal([writes ? undefined : noTable]);
        const destroy = "UPDATE shopper_keys SET shopper = NULL, master_key_id = NULL, wrapped = NULL, destroyed_at = NOW(6) WHERE FALSE";
        expect(await refusals(destroy), service).to.deep.equal([service === "command-api" ? undefined : noTable]);
        expect(await refusals("DELETE FROM shopper_keys", "UPDATE lookup_keys SET id = 2"), service).to.deep.equal([noTable, noTable]);
      }
      for (const sql of [
        "SELECT key_id FROM shopper_keys WHERE shopper = '' FOR UPDATE",
        `INSERT INTO shopper_keys (key_id, destroyed_at) VALUES (UUID_TO_BIN(UUID()), NOW(6)) ON DUPLICATE KEY UPDATE
           shopper = NULL, master_key_id = NULL, wrapped = NULL, destroyed_at = COALESCE(destroyed_at, VALUES(destroyed_at))`,
      ])
        expect(await refusalOf("command-api", sql, "keystore"), sql).to.equal(undefined);
      expect(await refusalOf("command-api", "INSERT IGNORE INTO destroyed_keys (key_id) VALUES ('')", "eventstore")).to.equal(undefined);
      expect(await refusalOf("command-api", "DELETE FROM destroyed_keys", "eventstore")).to.equal(noTable);
      expect(databasesOf("outbox-relay")).not.to.include("keystore");
    });

    it("let only command-api begin and complete an erasure, and the owners of derived tables take part in it", async () => {
      const noColumn = "ER_COLUMNACCESS_DENIED_ERROR";
      const takesPart = new Set<ServiceWithUser>(["command-api", "projector", "cart-abandonment"]);
      for (const service of servicesWithUser.filter((each) => each !== "outbox-relay")) {
        const refusal = (sql: string): Promise<unknown> => refusalOf(service, sql, "keystore");
        const own = takesPart.has(service) ? undefined : noTable;
        expect(await refusal("SELECT 1 FROM erasures JOIN erasure_steps USING (erasure_id) LIMIT 1"), service).to.equal(own);
        expect(await refusal("UPDATE erasure_steps SET first_pass_at = NOW(6) WHERE place = 'none'"), service).to.equal(own);
        const begins = service === "command-api" ? undefined : noTable;
        expect(await refusal("UPDATE erasures SET completed_at = NOW(6) WHERE tenant_id = 'none'"), service).to.equal(begins);
        expect(await refusal("INSERT INTO erasure_steps (erasure_id, place) SELECT '', '' FROM DUAL WHERE FALSE"), service).to.equal(
          begins,
        );
        expect(await refusal("UPDATE erasures SET due_at = NOW(6)"), service).to.equal(service === "command-api" ? noColumn : noTable);
        expect(await refusal("DELETE FROM erasures"), service).to.equal(noTable);
      }
    });

    it("let the projector replace the rows of a cart, and drop the tables that an interrupted rebuild has left", async () => {
      const tables = ["carts", "cart_items", "cart_milestones", "dead_letters"];
      for (const table of tables) expect(await refusalOf("projector", `DELETE FROM ${table} WHERE FALSE`), table).to.equal(undefined);
      await databases.readmodel.pool().query("CREATE TABLE rebuild_carts LIKE carts");
      expect(await refusalOf("projector", "DROP TABLE IF EXISTS rebuild_carts, replaced_carts, rebuild_cart_items")).to.equal(undefined);
      expect(await refusalOf("projector", "DROP TABLE carts")).to.equal(noTable);
    });

    it("let the relay change the status of an outbox row, but not the event in it", async () => {
      const noColumn = "ER_COLUMNACCESS_DENIED_ERROR";
      const change =
        "UPDATE outbox SET status = 'PUBLISHED', published_at = NOW(6), retry_count = 1, next_attempt_at = NULL, error_message = ''";
      expect(await refusalOf("outbox-relay", `${change} WHERE id = 0`)).to.equal(undefined);
      expect(await refusalOf("outbox-relay", "SELECT 1 FROM outbox LIMIT 1 FOR UPDATE")).to.equal(undefined);
      const [columns] = await databases.eventstore
        .pool()
        .query<(RowDataPacket & { name: string })[]>(
          "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'outbox'",
        );
      for (const { name } of columns.filter((column) => !change.includes(`${column.name} =`)))
        expect(await refusalOf("outbox-relay", `UPDATE outbox SET ${name} = ${name} WHERE id = 0`), name).to.equal(noColumn);
    });

    it("are refused without encryption, and above a number of connections, if these options are set", async () => {
      const service = new URL(serviceUrl("query-api", "readmodel"));
      service.username = `${databases.readmodel.name()}-limited`;
      const urls = { admin: databases.readmodel.url(), service: service.href };
      const errorOf = async (connecting: Promise<unknown>): Promise<unknown> => {
        const error: unknown = await connecting.catch((reason: unknown) => reason);
        return error instanceof Error && "code" in error ? error.code : undefined;
      };
      try {
        await createServiceUser("query-api", "readmodel", urls, { maxConnections: 1 });
        await connect(urls.service);
        expect(await errorOf(connect(urls.service))).to.equal("ER_USER_LIMIT_REACHED");
        await createServiceUser("query-api", "readmodel", urls, { requireTls: true, maxConnections: 10 });
        expect(await errorOf(connect(urls.service))).to.equal("ER_ACCESS_DENIED_ERROR");
      } finally {
        await databases.readmodel.pool().query("DROP USER IF EXISTS ?@'%'", [decodeURIComponent(service.username)]);
      }
    });

    it("let only the relay call await_pending and only query-api call await_cart", async () => {
      const waits = { "outbox-relay": "CALL await_pending('0', '', 0, 1)", "query-api": "CALL await_cart('', 1, 0, 1)" };
      expect(await refusalOf("outbox-relay", waits["outbox-relay"])).to.equal(undefined);
      expect(await refusalOf("query-api", waits["query-api"])).to.equal(undefined);
      expect(await refusalOf("command-api", waits["outbox-relay"])).to.equal("ER_PROCACCESS_DENIED_ERROR");
      expect(await refusalOf("projector", waits["query-api"])).to.equal("ER_PROCACCESS_DENIED_ERROR");
    });

    it("let the projector read events and nothing else of the event store, and keep query-api from writing anywhere", async () => {
      const events = `\`${databases.eventstore.name()}\`.events`;
      expect(await refusalOf("projector", `SELECT 1 FROM ${events} LIMIT 1`)).to.equal(undefined);
      for (const sql of [
        `DELETE FROM ${events}`,
        `SELECT 1 FROM ${events} LIMIT 1 FOR UPDATE`,
        `SELECT 1 FROM ${events.replace(".events", ".outbox")} LIMIT 1`,
      ])
        expect(await refusalOf("projector", sql), sql).to.equal(noTable);
      expect(await refusalOf("query-api", `SELECT 1 FROM ${events}, carts, cart_items LIMIT 1`)).to.equal(undefined);
      expect(await refusalOf("query-api", "SELECT 1 FROM dead_letters LIMIT 1")).to.equal(noTable);
      expect(await refusalOf("query-api", "DELETE FROM carts")).to.equal(noTable);
      expect(await refusalOf("query-api", `DELETE FROM ${events}`)).to.equal(noTable);
    });

    it("let cart-abandonment append to the event store and write its own tables, and nothing else", async () => {
      const eventStore = `\`${databases.eventstore.name()}\``;
      expect(await refusalOf("cart-abandonment", `SELECT 1 FROM ${eventStore}.events LIMIT 1 FOR UPDATE`)).to.equal(undefined);
      expect(await refusalOf("cart-abandonment", `SELECT 1 FROM ${eventStore}.tenant_moves FOR SHARE`)).to.equal(undefined);
      expect(await refusalOf("cart-abandonment", `SELECT 1 FROM ${eventStore}.tenant_moves FOR UPDATE`)).not.to.equal(undefined);
      expect(await refusalOf("cart-abandonment", `DELETE FROM ${eventStore}.tenant_moves`)).to.equal(noTable);
      expect(await refusalOf("cart-abandonment", "DELETE FROM timers WHERE version = 0")).to.equal(undefined);
      expect(await refusalOf("cart-abandonment", "DELETE FROM policies")).to.equal(noTable);
      expect(await refusalOf("cart-abandonment", `DELETE FROM ${eventStore}.events`)).to.equal(noTable);
      expect(await refusalOf("cart-abandonment", `SELECT 1 FROM ${eventStore}.outbox LIMIT 1`)).to.equal(noTable);
      expect(await refusalOf("cart-abandonment", `SELECT 1 FROM ${eventStore}.idempotency_keys LIMIT 1`)).to.equal(noTable);
      expect(await refusalOf("cart-abandonment", `SELECT 1 FROM \`${databases.readmodel.name()}\`.carts LIMIT 1`)).to.equal(noTable);
    });

    it("let the console repair the read model and the outbox, and add to its log without changing it", async () => {
      const [events, deadLetters] = [`\`${databases.eventstore.name()}\``, `\`${databases.readmodel.name()}\``];
      expect(await refusalOf("console", "SELECT 1 FROM audit_log LIMIT 1")).to.equal(undefined);
      expect(await refusalOf("console", "UPDATE audit_log SET phase = 'FAILED'")).to.equal(noTable);
      expect(await refusalOf("console", "DELETE FROM audit_log")).to.equal(noTable);
      expect(await refusalOf("console", `DELETE FROM ${deadLetters}.dead_letters WHERE id = 0`)).to.equal(undefined);
      expect(await refusalOf("console", `UPDATE ${events}.outbox SET status = 'PENDING' WHERE id = 0`)).to.equal(undefined);
      expect(await refusalOf("console", `DELETE FROM ${events}.outbox`)).to.equal(noTable);
      expect(await refusalOf("console", `DELETE FROM ${events}.events`)).to.equal(noTable);
    });

    it("let the rebuild replace tables of the read model, and only read events", async () => {
      const connection = await connect(serviceUrl("rebuild", "readmodel"));
      await connection.query("CREATE TABLE rebuild_carts LIKE carts");
      await connection.query("LOCK TABLES carts WRITE, rebuild_carts WRITE");
      await connection.query("RENAME TABLE carts TO replaced_carts, rebuild_carts TO carts");
      await connection.query("UNLOCK TABLES");
      await connection.query("DROP TABLE replaced_carts");
      const events = `\`${databases.eventstore.name()}\`.events`;
      await connection.query(`SELECT 1 FROM ${events} LIMIT 1`);
      expect(await refusalOf("rebuild", `DELETE FROM ${events}`)).to.equal(noTable);
      expect(await refusalOf("query-api", "SELECT 1 FROM carts LIMIT 1"), "the new table has the name that was granted").to.equal(
        undefined,
      );
    });

    it("get a new password on a second run", async () => {
      const admin = databases.readmodel.url();
      const url = serviceUrl("projector", "readmodel", "another");
      await createServiceUser("projector", "readmodel", { admin, service: url });
      await (await connect(url)).query("SELECT 1 FROM carts LIMIT 1");
    });

    it("need the migrated database, and a name other than the administrator's", async () => {
      const admin = databases.readmodel.url();
      const refused = (service: string) => createServiceUser("projector", "readmodel", { admin, service }).catch((error: unknown) => error);
      expect(String(await refused(serviceUrl("command-api", "eventstore")))).to.contain("use the same database in both URLs");
      expect(String(await refused(admin))).to.contain("names the administrator");
    });

    it("cover every table, so that a new table fails this spec until a service is granted it", async () => {
      for (const database of migratedDatabases) {
        const [tables] = await databases[database]
          .pool()
          .query<(RowDataPacket & { name: string })[]>(
            "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT LIKE 'migrations%'",
          );
        const used = new Set(Object.values(serviceAccess).flatMap((access) => Object.keys(access[database] ?? {})));
        expect(tables.map(({ name }) => name).filter((name) => !used.has(name))).to.deep.equal([]);
      }
    });
  });
});

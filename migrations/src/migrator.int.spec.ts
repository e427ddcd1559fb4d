import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { migrateDown, migratedDatabases, migrateUp, migrationStatus, newerIn } from "./migrator.ts";

describe("the applied migrations that a release does not have", () => {
  it("are of a newer release if their names are later than all of this release's", () => {
    expect(newerIn(["1_a", "2_b"], ["1_a", "2_b", "3_c"])).to.deep.equal([]);
    expect(newerIn(["1_a", "2_b", "3_c"], ["1_a", "2_b"])).to.deep.equal(["3_c"]);
    expect(() => newerIn(["1_a", "2_b", "3_c"], ["1_a", "3_c"])).to.throw("2_b was applied but is not in this release");
  });
});

for (const name of migratedDatabases) {
  describe(`migrations of ${name}`, () => {
    const database = useMysqlDatabase();
    beforeEach("no migration is applied", () => migrateDown(name, database.url(), { all: true }));

    /** The CREATE statement of every table, without the auto-increment counters. */
    const schema = async (): Promise<Record<string, string>> => {
      const [tables] = await database
        .pool()
        .query<(RowDataPacket & { name: string })[]>(
          "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT LIKE 'migrations%'",
        );
      const created = await Promise.all(
        tables.map(async (table): Promise<[string, string]> => {
          const [rows] = await database.pool().query<RowDataPacket[]>("SHOW CREATE TABLE ??", [table.name]);
          return [table.name, String(rows[0]?.["Create Table"]).replace(/ AUTO_INCREMENT=\d+/, "")];
        }),
      );
      return Object.fromEntries(created);
    };

    it("end with the same schema after up, down and up", async () => {
      const applied = await migrateUp(name, database.url());
      expect(applied).to.not.deep.equal([]);
      const first = await schema();

      expect(await migrateDown(name, database.url(), { all: true })).to.deep.equal(applied.toReversed());
      expect(await schema()).to.deep.equal({});

      await migrateUp(name, database.url());
      expect(await schema()).to.deep.equal(first);
    });

    it("report applied and pending migrations, and apply no migration twice", async () => {
      await migrateUp(name, database.url());
      expect(await migrateUp(name, database.url())).to.deep.equal([]);
      const before = await migrationStatus(name, database.url());
      expect(before.pending).to.deep.equal([]);

      const [reverted] = await migrateDown(name, database.url());
      const after = await migrationStatus(name, database.url());
      expect(after).to.deep.equal({ applied: before.applied.slice(0, -1), pending: [reverted], newer: [] });
    });

    it("run again from the start if a migration was interrupted, before or after any of its statements", async () => {
      const applied = await migrateUp(name, database.url());
      const first = await schema();
      for (const migration of applied.toReversed()) {
        // What a kill leaves: the statements took effect, and the list of applied migrations does not say so.
        await database.pool().query("DELETE FROM migrations WHERE name = ?", [migration]);
        expect(await migrateUp(name, database.url()), migration).to.deep.equal([migration]);
        expect(await schema(), migration).to.deep.equal(first);
      }
      await database.pool().query("DELETE FROM migrations");
      expect(await migrateUp(name, database.url())).to.deep.equal(applied);
      expect(await schema()).to.deep.equal(first);
      // The same for a revert that was cut short.
      const [newest] = await migrateDown(name, database.url());
      await database.pool().query("INSERT INTO migrations (name, batch, migration_time) VALUES (?, 1, NOW())", [newest]);
      expect(await migrateDown(name, database.url())).to.deep.equal([newest]);
      expect(await migrateUp(name, database.url())).to.deep.equal([newest]);
      expect(await schema()).to.deep.equal(first);
    });

    it("are not held up by the lock of a process that was killed", async () => {
      const applied = await migrateUp(name, database.url());
      await database.pool().query("UPDATE migrations_lock SET is_locked = 1");
      await database.pool().query("DELETE FROM migrations WHERE name = ?", [applied.at(-1)]);
      expect(await migrateUp(name, database.url())).to.deep.equal([applied.at(-1)]);
      await database.pool().query("DELETE FROM migrations_lock");
      await database.pool().query("DELETE FROM migrations WHERE name = ?", [applied.at(-1)]);
      expect(await migrateUp(name, database.url())).to.deep.equal([applied.at(-1)]);
    });

    it("wait for a process that migrates, and continue when its connection ends", async () => {
      const other = await createConnection(database.url());
      const lock = "CONCAT('migrations:', LEFT(SHA2(DATABASE(), 256), 40))";
      // MySQL frees the lock of the migration before this one a moment after it has closed that connection.
      const [rows] = await other.query<RowDataPacket[]>(`SELECT GET_LOCK(${lock}, 25) AS taken`);
      expect(rows).to.deep.equal([{ taken: 1 }]);
      let done = false;
      const migrating = migrateUp(name, database.url()).then(() => (done = true));
      const waiting = `SELECT 1 FROM performance_schema.metadata_locks
        WHERE OBJECT_TYPE = 'USER LEVEL LOCK' AND LOCK_STATUS = 'PENDING' AND OBJECT_NAME = ${lock}`;
      await waitFor("the wait for the lock", async () => (await database.pool().query<RowDataPacket[]>(waiting))[0].length > 0);
      expect(done).to.equal(false);
      other.destroy();
      expect(await migrating).to.equal(true);
    });

    it("are applied once each if two processes migrate at once", async () => {
      const both = await Promise.all([migrateUp(name, database.url()), migrateUp(name, database.url())]);
      expect(both.filter((applied) => applied.length > 0)).to.have.length(1);
    });

    it("leave the schema of a newer release as it is, and do not revert it", async () => {
      await migrateUp(name, database.url());
      const first = await schema();
      const newer = "99991231235959_of_a_newer_release";
      await database.pool().query("INSERT INTO migrations (name, batch, migration_time) VALUES (?, 99, NOW())", [newer]);
      expect(await migrateUp(name, database.url())).to.deep.equal([]);
      expect((await migrationStatus(name, database.url())).newer).to.deep.equal([newer]);
      const refused = await migrateDown(name, database.url()).catch((error: unknown) => error);
      expect(String(refused)).to.contain(`${newer} is from a newer release: revert it with that release`);
      expect(await schema()).to.deep.equal(first);
      await database.pool().query("DELETE FROM migrations WHERE name = ?", [newer]);
    });

    it("create no database and no table when they are listed or reverted", async () => {
      const mistyped = new URL(database.url());
      mistyped.pathname += "_mistyped";
      for (const command of [migrationStatus, migrateDown]) {
        const refused = await command(name, mistyped.href).catch((error: unknown) => error);
        expect(String(refused)).to.contain(`has no database "${database.name()}_mistyped"`);
      }
      const [found] = await database.pool().query<RowDataPacket[]>("SHOW DATABASES LIKE ?", [`${database.name()}\\_mistyped`]);
      expect(found).to.deep.equal([]);

      // An existing database of another program.
      await database.pool().query("DROP TABLE IF EXISTS migrations, migrations_lock");
      expect((await migrationStatus(name, database.url())).applied).to.deep.equal([]);
      expect(await migrateDown(name, database.url())).to.deep.equal([]);
      const [tables] = await database.pool().query<RowDataPacket[]>("SHOW TABLES");
      expect(tables).to.deep.equal([]);
    });

    it("use TLS if the URL asks for it", async () => {
      const user = `${database.name()}-tls`;
      await database.pool().query("CREATE USER ?@'%' REQUIRE SSL", [user]);
      await database.pool().query("GRANT ALL ON ??.* TO ?@'%'", [database.name(), user]);
      const url = new URL(database.url());
      url.username = user;
      url.password = "";
      try {
        const refused = await migrateUp(name, url.href).catch((error: unknown) => error);
        expect(String(refused)).to.contain("Access denied");
        // The server generated its certificate itself.
        url.searchParams.set("ssl", '{"rejectUnauthorized":false}');
        await migrateUp(name, url.href);
      } finally {
        await database.pool().query("DROP USER ?@'%'", [user]);
      }
    });

    it("refuse a URL without a database", async () => {
      const error = await migrateUp(name, "mysql://root@127.0.0.1:3306/").catch((reason: unknown) => reason);
      expect(String(error)).to.contain("names no database");
    });
  });
}

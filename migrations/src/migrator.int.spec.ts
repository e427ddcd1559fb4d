import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { RowDataPacket } from "mysql2/promise";
import { migrateDown, migratedDatabases, migrateUp, migrationStatus } from "./migrator.ts";

for (const name of migratedDatabases) {
  describe(`migrations of ${name}`, () => {
    const database = useMysqlDatabase();

    /** Every table as the server would create it, without the counters that grow with use. */
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

    it("go up, down and up again to the same schema", async () => {
      const applied = await migrateUp(name, database.url());
      expect(applied).to.not.deep.equal([]);
      const first = await schema();

      expect(await migrateDown(name, database.url(), { all: true })).to.deep.equal(applied.toReversed());
      expect(await schema()).to.deep.equal({});

      await migrateUp(name, database.url());
      expect(await schema()).to.deep.equal(first);
    });

    it("say what is applied and what is pending, and apply nothing twice", async () => {
      await migrateUp(name, database.url());
      expect(await migrateUp(name, database.url())).to.deep.equal([]);
      const before = await migrationStatus(name, database.url());
      expect(before.pending).to.deep.equal([]);

      const [reverted] = await migrateDown(name, database.url());
      const after = await migrationStatus(name, database.url());
      expect(after).to.deep.equal({ applied: before.applied.slice(0, -1), pending: [reverted] });
    });

    it("go over TLS when the URL asks for it", async () => {
      const user = `${database.name()}-tls`;
      await database.pool().query("CREATE USER ?@'%' REQUIRE SSL", [user]);
      await database.pool().query("GRANT ALL ON ??.* TO ?@'%'", [database.name(), user]);
      const url = new URL(database.url());
      url.username = user;
      url.password = "";
      try {
        const refused = await migrateUp(name, url.href).catch((error: unknown) => error);
        expect(String(refused)).to.contain("Access denied");
        // The server has made its certificate itself.
        url.searchParams.set("ssl", '{"rejectUnauthorized":false}');
        await migrateUp(name, url.href);
      } finally {
        await database.pool().query("DROP USER ?@'%'", [user]);
      }
    });

    it("refuse a URL without a database", async () => {
      const error = await migrateUp(name, "mysql://root@127.0.0.1:3306/").catch((reason: unknown) => reason);
      expect(String(error)).to.contain("has to end with a database's name");
    });
  });
}

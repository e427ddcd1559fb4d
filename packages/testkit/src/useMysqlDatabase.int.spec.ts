import { expect } from "chai";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { useMysqlDatabase } from "./useMysqlDatabase.ts";

const names = new Set<string>();
let serverUrl = "";

for (const suite of ["a suite", "another suite"]) {
  describe(`useMysqlDatabase in ${suite}`, () => {
    const database = useMysqlDatabase({
      migrate: async (url) => {
        const connection = await createConnection(url);
        await connection.query("CREATE TABLE carts (id INT PRIMARY KEY)");
        await connection.end();
      },
    });

    it("provides a migrated database that no other suite uses", async () => {
      await database.pool().query("INSERT INTO carts VALUES (1)");
      const [rows] = await database.pool().query<RowDataPacket[]>("SELECT id, DATABASE() AS name FROM carts");
      expect(rows).to.deep.equal([{ id: 1, name: database.name() }]);
      expect(new URL(database.url()).pathname).to.equal(`/${database.name()}`);
      expect(names.has(database.name())).to.equal(false);
      names.add(database.name());
      serverUrl = database.url().replace(database.name(), "");
    });
  });
}

describe("useMysqlDatabase", () => {
  const unused = useMysqlDatabase();
  const tooEarly = ((): unknown => {
    try {
      return unused.url();
    } catch (error) {
      return error;
    }
  })();

  it("refuses to be used before the hooks have run", () => {
    expect(tooEarly).to.be.instanceOf(Error).with.property("message").that.contains("not in a `describe`");
  });

  it("drops the databases of finished suites", async () => {
    const connection = await createConnection(serverUrl);
    const [rows] = await connection.query<RowDataPacket[]>("SELECT schema_name AS name FROM information_schema.schemata");
    await connection.end();
    expect(names.size).to.equal(2);
    expect(rows.filter(({ name }) => names.has(String(name)))).to.deep.equal([]);
  });
});

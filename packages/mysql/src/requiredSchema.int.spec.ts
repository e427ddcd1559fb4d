import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { createConnection, type Pool } from "mysql2/promise";
import { openMysqlPool } from "./openMysqlPool.ts";
import { createSchemaCheck, queryOf } from "./requiredSchema.ts";

describe("the check of a required schema", () => {
  const database = useMysqlDatabase({
    migrate: async (url) => {
      const connection = await createConnection(url);
      await connection.query("CREATE TABLE carts (id INT PRIMARY KEY, total INT)");
      await connection.query("CREATE TABLE carts_items (id INT PRIMARY KEY)");
      await connection.query("CREATE PROCEDURE await_cart() SELECT 1");
      await connection.end();
    },
  });
  const required = { tables: { carts: ["id", "total"], carts_items: ["id"] }, procedures: ["await_cart"] };
  let pool: Pool;

  // A separate suite, so that its connections and its user are removed before the database.
  describe("on a server", () => {
    before(() => {
      pool = openMysqlPool({ url: database.url(), connectionLimit: 2 });
    });
    after(async () => {
      await pool.end();
      await database.pool().query("DROP USER IF EXISTS ?@'%'", [database.name()]);
    });

    const admin = (sql: string): Promise<unknown> => database.pool().query(sql);
    const outcome = async (through: Pool = pool): Promise<string> =>
      createSchemaCheck(queryOf(through), required)().then(
        () => "ready",
        (error: unknown) => String(error),
      );

    for (const [title, remove, restore, missing] of [
      ["a table", "RENAME TABLE carts TO away", "RENAME TABLE away TO carts", "table carts;"],
      ["a column", "ALTER TABLE carts DROP COLUMN total", "ALTER TABLE carts ADD COLUMN total INT", "column carts.total;"],
      ["a procedure", "DROP PROCEDURE await_cart", "CREATE PROCEDURE await_cart() SELECT 1", "procedure await_cart;"],
    ] as const) {
      it(`names ${title} that is missing, also if it existed before, and passes once it is back`, async () => {
        expect(await outcome()).to.equal("ready");
        await admin(remove);
        expect(await outcome()).to.contain(`missing: ${missing}`);
        await admin(restore);
        expect(await outcome()).to.equal("ready");
      });
    }

    it("passes if the schema has more, like that of a newer release", async () => {
      await admin("CREATE TABLE orders (id INT PRIMARY KEY)");
      await admin("ALTER TABLE carts ADD COLUMN note INT");
      await admin("CREATE PROCEDURE await_order() SELECT 1");
      expect(await outcome()).to.equal("ready");
    });

    it("ignores the schema of another database", async () => {
      const other = openMysqlPool({ url: database.url().replace(database.name(), "mysql"), connectionLimit: 1 });
      try {
        expect(await outcome(other)).to.contain("missing: table carts, table carts_items, procedure await_cart;");
      } finally {
        await other.end();
      }
    });

    it("reports as missing what the user may not use", async () => {
      const name = database.name();
      await database.pool().query("CREATE USER ?@'%' IDENTIFIED BY 'secret'", [name]);
      await database.pool().query("GRANT INSERT ON carts TO ?@'%'", [name]);
      const url = new URL(database.url());
      url.username = name;
      url.password = "secret";
      const limited = openMysqlPool({ url: url.href, connectionLimit: 1 });
      try {
        expect(await outcome(limited)).to.contain("missing: table carts_items, procedure await_cart;");
        await database.pool().query("GRANT SELECT ON carts_items TO ?@'%'", [name]);
        await database.pool().query("GRANT EXECUTE ON PROCEDURE await_cart TO ?@'%'", [name]);
        expect(await outcome(limited)).to.equal("ready");
      } finally {
        await limited.end();
      }
    });
  });
});

import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { PoolConnection, ResultSetHeader } from "mysql2/promise";
import { deleteByKeys } from "./deleteByKeys.ts";

describe("a DELETE by a list of keys", () => {
  const database = useMysqlDatabase();
  const carts = Array.from({ length: 50 }, (_, n) => n + 1);
  let writing: PoolConnection;
  let deleting: PoolConnection;

  before(async () => {
    await database.pool().query("CREATE TABLE items (cart_id INT, line_id INT, name VARCHAR(64), PRIMARY KEY (cart_id, line_id))");
    [writing, deleting] = [await database.pool().getConnection(), await database.pool().getConnection()];
    // A statement that waits for the open transaction fails after it.
    await deleting.query("SET SESSION innodb_lock_wait_timeout = 2");
    for (const connection of [writing, deleting]) await connection.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  });
  after(() => {
    writing.release();
    deleting.destroy();
  });
  beforeEach(async () => {
    await deleting.query("INSERT INTO items VALUES ?", [carts.map((cart) => [cart, 1, "cup"])]);
    await deleting.query("ANALYZE TABLE items");
    await writing.query("START TRANSACTION");
    await writing.query("INSERT INTO items VALUES (1000, 1, 'cup')");
  });
  afterEach(async () => {
    await writing.query("ROLLBACK");
    await deleting.query("DELETE FROM items");
  });

  const conditions: Readonly<Record<string, readonly [string, unknown]>> = {
    "of whole keys": ["(cart_id, line_id) IN (?)", carts.map((cart) => [cart, 1])],
    "of their first columns": ["cart_id IN (?)", carts],
  };
  for (const [name, [condition, values]] of Object.entries(conditions)) {
    it(`${name} deletes their rows without a wait for others that are being written`, async () => {
      const [{ affectedRows }] = await deleting.query<ResultSetHeader>(`${deleteByKeys("items")} WHERE ${condition}`, [values]);
      expect(affectedRows).to.equal(carts.length);
    });
  }
});

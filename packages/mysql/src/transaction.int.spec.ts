import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { openMysqlPool } from "./openMysqlPool.ts";
import { run } from "./run.ts";
import { inSnapshot, inTransaction, withConnection } from "./transaction.ts";

describe("transactions", () => {
  const database = useMysqlDatabase();
  let pool: Pool;

  before(async () => {
    pool = openMysqlPool({ url: database.url(), connectionLimit: 2, session: { innodb_lock_wait_timeout: 7 } });
    await pool.query("CREATE TABLE numbers (n INT PRIMARY KEY)");
  });
  beforeEach(() => pool.query("DELETE FROM numbers"));
  after(() => pool.end());

  const insert = (n: number) => (connection: Parameters<typeof run>[0]) => run(connection, "INSERT INTO numbers VALUES (?)", [n]);
  const numbers = async (): Promise<number[]> => {
    const [rows] = await pool.query<RowDataPacket[]>("SELECT n FROM numbers ORDER BY n");
    return rows.map((row) => Number(row["n"]));
  };

  it("sets the session's variables before the first statement", async () => {
    const [rows] = await pool.query<RowDataPacket[]>(
      "SELECT @@transaction_isolation AS isolation, @@time_zone AS zone, @@innodb_lock_wait_timeout AS timeout",
    );
    expect(rows).to.deep.equal([{ isolation: "READ-COMMITTED", zone: "+00:00", timeout: 7 }]);
  });

  it("stores all or nothing, and never returns a connection with an open transaction to the pool", async () => {
    await inTransaction(pool, insert(1));
    const failing = inTransaction(pool, async (connection) => {
      await insert(2)(connection);
      throw new Error("after the insert");
    });
    const error: unknown = await failing.catch((reason: unknown) => reason);
    expect(error).to.be.an("error").with.property("message", "after the insert");
    // There are as many borrowers as connections, so one of them would see an open transaction.
    const seen = await Promise.all(
      [1, 2].map(() => withConnection(pool, (connection) => run<RowDataPacket[]>(connection, "SELECT n FROM numbers"))),
    );
    expect(seen).to.deep.equal([[{ n: 1 }], [{ n: 1 }]]);
  });

  it("reads one state in a snapshot, although others commit meanwhile", async () => {
    await inTransaction(pool, insert(1));
    const seen = await inSnapshot(pool, async (connection) => {
      await inTransaction(pool, insert(2));
      return run<RowDataPacket[]>(connection, "SELECT n FROM numbers");
    });
    expect(seen).to.deep.equal([{ n: 1 }]);
    expect(await numbers()).to.deep.equal([1, 2]);
  });

  it("fails a statement that takes too long", async () => {
    const late: unknown = await withConnection(pool, (connection) => run(connection, "SELECT SLEEP(5)", [], 100)).catch(
      (reason: unknown) => reason,
    );
    expect(late).to.have.property("code", "PROTOCOL_SEQUENCE_TIMEOUT");
    expect(await numbers()).to.deep.equal([]);
  });
});

import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { RowDataPacket } from "mysql2/promise";
import { openMysqlPool } from "./openMysqlPool.ts";
import { SessionNotPinnedError } from "./pinSession.ts";
import { rewritingProxy } from "./testing/rewritingProxy.ts";
import { withConnection } from "./transaction.ts";

describe("a pool's sessions", () => {
  const database = useMysqlDatabase();

  it("have the common settings and the pool's own", async () => {
    const pool = openMysqlPool({ url: database.url(), connectionLimit: 1, session: { transaction_read_only: 1, wait_timeout: 30 } });
    try {
      const [rows] = await pool.query<RowDataPacket[]>(
        "SELECT @@sql_mode AS mode, @@transaction_read_only AS readOnly, @@wait_timeout AS wait, @@collation_connection AS collation",
      );
      expect(rows[0]?.["mode"]).to.contain("STRICT_TRANS_TABLES").and.not.to.contain("NO_BACKSLASH_ESCAPES");
      expect(rows[0]).to.include({ readOnly: 1, wait: 30, collation: "utf8mb4_0900_bin" });
    } finally {
      await pool.end();
    }
  });

  for (const [what, from, to] of [
    ["a time zone", "'+00:00'", "'+09:00'"],
    ["how a text is escaped", "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES", "NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES"],
    ["autocommit", "autocommit = 1", "autocommit = 0"],
  ] as const) {
    it(`are not lent, and run no statement, if the server does not keep ${what}`, async () => {
      const proxy = await rewritingProxy(database.url(), { from, to });
      const pool = openMysqlPool({ url: proxy.url, connectionLimit: 2 });
      try {
        const lent: unknown = await withConnection(pool, () => Promise.resolve("lent")).catch((error: unknown) => error);
        expect(lent).to.be.instanceOf(SessionNotPinnedError);
        const queried: unknown = await pool.query("CREATE TABLE reached (n INT)").catch((error: unknown) => error);
        expect(queried).to.be.instanceOf(SessionNotPinnedError);
        const [tables] = await database.pool().query<RowDataPacket[]>("SHOW TABLES LIKE 'reached'");
        expect(tables).to.deep.equal([]);
      } finally {
        await pool.end();
        proxy.close();
      }
    });
  }
});

import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { isReadOnly } from "./mysqlError.ts";
import { openMysqlPool } from "./openMysqlPool.ts";
import { requirePinnedSessions, SessionNotPinnedError } from "./pinSession.ts";
import { run } from "./run.ts";
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
    ["a variable that it does not know", "SESSION sql_auto_is_null = 0", "SESSION sql_auto_is_none = 0"],
  ] as const) {
    it(`are not lent, and run no statement, if the server does not keep ${what}`, async () => {
      const proxy = await rewritingProxy(database.url(), { from, to });
      const pool = openMysqlPool({ url: proxy.url, connectionLimit: 2 });
      try {
        const lent: unknown = await withConnection(pool, () => Promise.resolve("lent")).catch((error: unknown) => error);
        expect(lent).to.be.instanceOf(SessionNotPinnedError);
        const queried: unknown = await pool.query("CREATE TABLE reached (n INT)").catch((error: unknown) => error);
        expect(queried).to.be.instanceOf(SessionNotPinnedError);
        const required: unknown = await requirePinnedSessions(pool).catch((error: unknown) => error);
        expect(required)
          .to.be.instanceOf(SessionNotPinnedError)
          .and.have.property("message")
          .that.contains("connect to a server, or through");
        const [tables] = await database.pool().query<RowDataPacket[]>("SHOW TABLES LIKE 'reached'");
        expect(tables).to.deep.equal([]);
      } finally {
        await pool.end();
        proxy.close();
      }
    });
  }

  it("are not required while the server is away, because it may come back", async () => {
    const away = openMysqlPool({ url: "mysql://root@127.0.0.1:1/eventstore", connectionLimit: 1 });
    await requirePinnedSessions(away);
    await away.end();
  });

  describe("lead to the server to which the address leads by now", () => {
    /** Borrows as many connections as there are at once, and returns their ids. */
    const idsOf = async (pool: Pool, size: number): Promise<number[]> => {
      const ask = (connection: PoolConnection) => run<(RowDataPacket & { id: number })[]>(connection, "SELECT CONNECTION_ID() AS id");
      const rows = await Promise.all(Array.from({ length: size }, () => withConnection(pool, ask)));
      return rows.map(([row]) => Number(row?.id)).toSorted((a, b) => a - b);
    };

    it("because all are replaced when one finds that its server is read-only", async () => {
      const pool = openMysqlPool({ url: database.url(), connectionLimit: 3 });
      try {
        const before = await idsOf(pool, 3);
        expect(await idsOf(pool, 3)).to.deep.equal(before);
        const refused: unknown = await withConnection(pool, async (connection) => {
          await run(connection, "SET SESSION transaction_read_only = 1");
          await run(connection, "CREATE TABLE refused (n INT)");
        }).catch((error: unknown) => error);
        expect(isReadOnly(refused)).to.equal(true);
        const after = await idsOf(pool, 3);
        expect(after.filter((id) => before.includes(id))).to.deep.equal([]);
        expect(await idsOf(pool, 3)).to.deep.equal(after);
      } finally {
        await pool.end();
      }
    });

    it("because each is replaced when it is too old", async () => {
      const pool = openMysqlPool({ url: database.url(), connectionLimit: 1, maxConnectionAgeMs: 0 });
      try {
        expect(await idsOf(pool, 1)).not.to.deep.equal(await idsOf(pool, 1));
      } finally {
        await pool.end();
      }
    });

    it("although callers wait for one that is replaced", async () => {
      const pool = openMysqlPool({ url: database.url(), connectionLimit: 1, maxConnectionAgeMs: 0 });
      try {
        expect(new Set(await idsOf(pool, 10)).size).to.equal(10);
      } finally {
        await pool.end();
      }
    });
  });
});

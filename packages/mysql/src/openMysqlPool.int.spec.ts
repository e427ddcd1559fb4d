import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { fromPrimary } from "./fromPrimary.ts";
import { isReadOnly } from "./mysqlError.ts";
import { openMysqlPool } from "./openMysqlPool.ts";
import { requirePinnedSessions, SessionNotPinnedError } from "./pinSession.ts";
import { run } from "./run.ts";
import { rewritingProxy } from "./testing/rewritingProxy.ts";
import { NotPrimaryError } from "./serverRole.ts";
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

  const nothing = { from: "-", to: "-" };
  const asReadOnly = { from: "@@GLOBAL.read_only", to: "1".padEnd(18) };
  const asAnotherServer = { from: "@@GLOBAL.server_uuid", to: "'another'".padEnd(20) };

  type Proxy = Awaited<ReturnType<typeof rewritingProxy>>;
  const throughProxy = async <T>(connectionLimit: number, work: (pool: Pool, proxy: Proxy) => Promise<T>): Promise<T> => {
    const proxy = await rewritingProxy(database.url(), nothing);
    const pool = openMysqlPool({ url: proxy.url, connectionLimit });
    try {
      return await work(pool, proxy);
    } finally {
      await pool.end();
      proxy.close();
    }
  };

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

    it("because all are replaced when the server says that it is read-only", () =>
      throughProxy(3, async (pool, proxy) => {
        const before = await idsOf(pool, 3);
        proxy.rewrite(asReadOnly);
        await waitFor("the pool to ask for the role again", async () => {
          const outcome: unknown = await idsOf(pool, 1).catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).to.be.instanceOf(NotPrimaryError);
          return outcome instanceof NotPrimaryError ? true : undefined;
        });
        proxy.rewrite(nothing);
        const after = await waitFor("the pool to open connections again", async () => idsOf(pool, 3));
        expect(after.filter((id) => before.includes(id))).to.deep.equal([]);
        expect(await idsOf(pool, 3)).to.deep.equal(after);
      }));

    it("because the others are replaced when a new one finds another primary", () =>
      throughProxy(3, async (pool, proxy) => {
        const before = await idsOf(pool, 2);
        proxy.rewrite(asAnotherServer);
        const both = await idsOf(pool, 3);
        expect(both).to.include.members(before);
        const after = await idsOf(pool, 3);
        expect(after.filter((id) => before.includes(id))).to.deep.equal([]);
        expect(after).to.include.members(both.filter((id) => !before.includes(id)));
      }));

    it("and stay when a connection to the former server says that it is read-only, which the pool knows", () =>
      throughProxy(2, async (pool, proxy) => {
        let found: readonly number[] = [];
        const refused: unknown = await withConnection(pool, async () => {
          proxy.rewriteNew(asAnotherServer);
          found = await idsOf(pool, 1);
          throw new NotPrimaryError();
        }).catch((error: unknown) => error);
        expect(refused).to.be.instanceOf(NotPrimaryError);
        expect(await idsOf(pool, 1)).to.deep.equal(found);
      }));

    it("although a slow one to a former server says late that it is read-only", () =>
      throughProxy(3, async (pool, proxy) => {
        await withConnection(pool, async () => {
          proxy.rewriteNew(asReadOnly, 200);
          const slow = idsOf(pool, 1);
          await waitFor("the slow connection", () => proxy.connections() === 2);
          proxy.rewriteNew(asAnotherServer);
          const found = await idsOf(pool, 1);
          expect(await slow).to.deep.equal(found);
        });
      }));

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

  it("are not lent while the server is read-only, unless it may be a replica", async () => {
    const proxy = await rewritingProxy(database.url(), asReadOnly);
    const primary = openMysqlPool({ url: proxy.url, connectionLimit: 1 });
    const replica = openMysqlPool({ url: proxy.url, connectionLimit: 1, allowReplicas: true });
    try {
      for (let count = 0; count < 20; count += 1) {
        const refused: unknown = await primary.query("SELECT 1").catch((error: unknown) => error);
        expect(refused).to.be.instanceOf(NotPrimaryError);
      }
      // Each of them costs the server a login, and there may be many callers.
      expect(proxy.connections()).to.be.below(20);
      await replica.query("SELECT 1");
    } finally {
      await Promise.all([primary.end(), replica.end()]);
      proxy.close();
    }
  });

  describe("show with `fromPrimary` only what the primary has", () => {
    const outcomeOf = (during: (pool: Pool, rewrite: Proxy["rewrite"]) => Promise<unknown>): Promise<unknown> =>
      throughProxy(2, async (pool, { rewrite }) => {
        await pool.query("SELECT 1");
        const reading = fromPrimary(pool, async () => {
          await during(pool, rewrite);
          return "read";
        });
        return reading.catch((error: unknown) => error);
      });

    it("and so resolve to what was read", async () => expect(await outcomeOf((pool) => pool.query("SELECT 1"))).to.equal("read"));
    it("and not what a server had that is read-only by the end", async () =>
      expect(await outcomeOf(async (_, rewrite) => rewrite(asReadOnly))).to.be.instanceOf(NotPrimaryError));
    it("and not what a server had if another one is the primary by the end", async () =>
      expect(
        await outcomeOf(async (pool, rewrite) => {
          rewrite(asAnotherServer);
          await Promise.all([pool.query("SELECT SLEEP(0.01)"), pool.query("SELECT SLEEP(0.01)")]);
        }),
      ).to.be.instanceOf(NotPrimaryError));
  });
});

import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { openMysqlPool } from "./openMysqlPool.ts";
import { runTogether, StatementTooLargeError, writeTogether } from "./runTogether.ts";
import { rewritingProxy } from "./testing/rewritingProxy.ts";
import { withConnection } from "./transaction.ts";

describe("statements that share a round trip", () => {
  const database = useMysqlDatabase();
  let pool: Pool;

  before(async () => {
    pool = openMysqlPool({ url: database.url(), connectionLimit: 2, multipleStatements: true });
    await pool.query("CREATE TABLE texts (n INT PRIMARY KEY, t LONGTEXT)");
  });
  beforeEach(() => pool.query("DELETE FROM texts"));
  after(() => pool.end());

  const insert = (n: number, text = "") => ({ sql: "INSERT INTO texts VALUES (?, ?)", values: [n, text] });
  const numbers = async (): Promise<number[]> => {
    const [rows] = await pool.query<RowDataPacket[]>("SELECT n FROM texts ORDER BY n");
    return rows.map((row) => Number(row["n"]));
  };

  it("return the rows of each", async () => {
    const rows = await withConnection(pool, (connection) =>
      runTogether<RowDataPacket[][]>(connection, [
        { sql: "SELECT ? AS text", values: ["it's; here"] },
        { sql: "SELECT 1 AS n UNION SELECT 2" },
      ]),
    );
    expect(rows).to.deep.equal([[{ text: "it's; here" }], [{ n: 1 }, { n: 2 }]]);
  });

  it("end with the first that fails, so that a later COMMIT is never reached", async () => {
    const failing = withConnection(pool, (connection) =>
      writeTogether(connection, [{ sql: "START TRANSACTION" }, insert(1), insert(1), insert(2), { sql: "COMMIT" }]),
    );
    const error: unknown = await failing.catch((reason: unknown) => reason);
    expect(error).to.have.property("errno", 1062);
    expect(await numbers()).to.deep.equal([]);
  });

  it("are run in order even if they are too long for one round trip", async () => {
    // Together they are larger than the largest round trip, which is 16 MiB.
    const long = "x".repeat(3_000_000);
    const long2To7 = [2, 3, 4, 5, 6, 7].map((n) => insert(n, long));
    await withConnection(pool, (connection) =>
      writeTogether(connection, [...long2To7, { sql: "UPDATE texts SET n = n + 1 ORDER BY n DESC" }, insert(2), insert(1)]),
    );
    expect(await numbers()).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  describe("on a server that accepts packets of 1 MiB", () => {
    const oneMib = 1_048_576;
    const withSmallPackets = async <T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> => {
      const asked = "@@SESSION.max_allowed_packet";
      const proxy = await rewritingProxy(database.url(), {
        from: asked,
        to: String(oneMib).padEnd(asked.length),
        maxPacketBytes: oneMib,
      });
      const small = openMysqlPool({ url: proxy.url, connectionLimit: 1, multipleStatements: true });
      try {
        return await withConnection(small, work);
      } finally {
        await small.end();
        proxy.close();
      }
    };

    it("are split by their bytes, not by their characters", async () => {
      // 600,000 bytes each: both would fit into one packet by their characters, but not by their bytes.
      const texts = ["€".repeat(200_000), "€".repeat(200_000), "x"];
      await withSmallPackets((connection) =>
        writeTogether(
          connection,
          texts.map((text, n) => insert(n, text)),
        ),
      );
      expect(await numbers()).to.deep.equal([0, 1, 2]);
    });

    it("are refused before any is sent if one of them is larger", async () => {
      const error: unknown = await withSmallPackets((connection) =>
        writeTogether(connection, [insert(1), insert(2, "€".repeat(400_000))]),
      ).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(StatementTooLargeError);
      expect(await numbers()).to.deep.equal([]);
    });
  });
});

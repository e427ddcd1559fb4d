import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, PoolConnection } from "mysql2/promise";
import { openMysqlPool } from "./openMysqlPool.ts";
import { readRowsOn } from "./readRows.ts";
import { run } from "./run.ts";
import { rewritingProxy } from "./testing/rewritingProxy.ts";
import { withConnection } from "./transaction.ts";

/** The error of a read that waits until this time-out is not fatal. mysql2 keeps its timer although the connection is lost. */
const timeoutMs = 15_000;

const maxPacketBytes = 20_000;
const cutOff = `SELECT 1 /* ${"-".repeat(2 * maxPacketBytes)} */`;

describe("reading rows", () => {
  const database = useMysqlDatabase();
  let proxy: Awaited<ReturnType<typeof rewritingProxy>>;
  let pool: Pool;
  beforeEach(async () => {
    proxy = await rewritingProxy(database.url(), { from: "-", to: "-", maxPacketBytes });
    pool = openMysqlPool({ url: proxy.url, connectionLimit: 1 });
  });
  afterEach(async () => {
    await pool.end();
    proxy.close();
  });

  const failureOf = async (work: (connection: PoolConnection) => Promise<unknown>): Promise<unknown> =>
    withConnection(pool, work).catch((error: unknown) => error);

  it("fails as soon as the connection is lost", async () => {
    const failure = await failureOf((connection) => readRowsOn(connection, timeoutMs)({ sql: cutOff }));
    expect(failure).to.be.instanceOf(Error).with.property("fatal", true);
  });

  it("fails at once on a connection that was lost before", async () => {
    const failure = await failureOf(async (connection) => {
      await run(connection, cutOff).catch(() => undefined);
      return readRowsOn(connection, timeoutMs)({ sql: "SELECT 1" });
    });
    expect(failure).to.be.instanceOf(Error).with.property("fatal", true);
  });

  it("leaves nothing behind on a connection that goes on", async () => {
    const listeners = await withConnection(pool, async (connection) => {
      const { connection: core } = connection;
      const before = core.listenerCount("error");
      for (let n = 0; n < 3; n += 1) await readRowsOn(connection)({ sql: "SELECT 1" });
      return core.listenerCount("error") - before;
    });
    expect(listeners).to.equal(0);
  });
});

import { randomUUID } from "node:crypto";
import { migrateEventStore } from "@cart/migrations";
import { openMysqlPool, withConnection } from "@cart/mysql";
import { openEventStorePool } from "../openEventStorePool.ts";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { type EventStoreTables, eventStoreTables, outboxRow } from "../testing/eventStoreTables.ts";
import { countOutbox } from "./countOutbox.ts";
import { listFailed, retryFailed } from "./failedRows.ts";
import { fetchPending } from "./fetchPending.ts";
import { setAsideBlocked } from "./setAside.ts";
import { shardCount } from "./shardOf.ts";

const shards = Array.from({ length: shardCount }, (_, shard) => shard);
const limits = { minRows: 1, maxRows: 10_000, searchedRows: 10_000 };
const page = { maxRows: 10_000, maxBytes: 10_000_000 };

describe("rows behind a row that was given up", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  let tables: EventStoreTables;
  let bad: string;
  let good: string;

  before(() => {
    pool = openEventStorePool({ url: database.url(), connectionLimit: 4 });
    tables = eventStoreTables(pool);
  });
  after(() => pool.end());
  beforeEach(async () => {
    await tables.clear();
    [bad, good] = [randomUUID(), randomUUID()];
  });

  /** Inserts rows of the bad cart, of which the first has the status, and one of the good cart. */
  const insert = async (versions: number, first: "FAILED" | "PENDING" = "FAILED"): Promise<void> => {
    await tables.outbox.insert(
      Array.from({ length: versions }, (_, index) =>
        outboxRow({
          aggregate_id: bad,
          version: index + 1,
          status: index === 0 ? first : "PENDING",
          retry_count: index === 0 ? 3 : 0,
          error_message: index === 0 ? "refused" : null,
        }),
      ),
    );
    const [row] = await tables.outbox.rows({ version: 1, aggregate_id: bad });
    const nextAttempt = first === "FAILED" ? null : new Date(Date.now() + 60_000);
    await tables.blocks.insert([{ aggregate_id: bad, aggregate_type: "Cart", outbox_id: row?.["id"], next_attempt_at: nextAttempt }]);
    await tables.outbox.insert([outboxRow({ aggregate_id: good, version: 1 })]);
  };

  const retry = (): Promise<number> => withConnection(pool, (connection) => retryFailed(connection));
  const fetched = async (): Promise<readonly string[]> =>
    (await withConnection(pool, (connection) => fetchPending(connection, { shards, limit: page }))).rows.map(
      ({ aggregateId, version }) => `${aggregateId === bad ? "bad" : "good"} ${version}`,
    );
  const readsOf = async (connection: PoolConnection, work: () => Promise<unknown>): Promise<number> => {
    const reads = async (): Promise<number> => {
      const [rows] = await connection.query<(RowDataPacket & { Value: string })[]>("SHOW SESSION STATUS LIKE 'Handler_read%'");
      return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
    };
    const before = await reads();
    await work();
    return (await reads()) - before;
  };

  it("cost a fetch for other carts nothing, once they are set aside", async () => {
    await insert(3_000);
    const read = () => withConnection(pool, (connection) => readsOf(connection, () => fetchPending(connection, { shards, limit: page })));
    expect(await read()).to.be.above(2_999);
    expect(await setAsideBlocked(pool, shards, { ...limits, minRows: 250, maxRows: 2_000 })).to.deep.equal({
      anyBlocked: true,
      rows: 2_000,
    });
    expect(await setAsideBlocked(pool, shards, { ...limits, minRows: 250, maxRows: 2_000 })).to.deep.equal({ anyBlocked: true, rows: 999 });
    expect(await read()).to.be.below(50);
    expect(await fetched()).to.deep.equal(["good 1"]);
    expect(await countOutbox(pool)).to.deep.equal({ pending: 1, failed: 1, setAside: 2_999 });
  });

  it("stay where they are while they are few, of other shards, or behind a row that is tried again", async () => {
    await insert(3);
    expect(await setAsideBlocked(pool, shards, { ...limits, minRows: 3, maxRows: 10 })).to.deep.equal({ anyBlocked: true, rows: 0 });
    const [row] = await tables.outbox.rows();
    const others = shards.filter((shard) => shard !== row?.["shard"]);
    expect(await setAsideBlocked(pool, others, limits)).to.deep.equal({ anyBlocked: true, rows: 0 });
    await tables.clear();
    await insert(3, "PENDING");
    expect(await setAsideBlocked(pool, shards, limits)).to.deep.equal({ anyBlocked: false, rows: 0 });
    expect(await countOutbox(pool)).to.deep.equal({ pending: 4, failed: 0, setAside: 0 });
  });

  it("are searched among the oldest rows only, however long the backlog is", async () => {
    await insert(1);
    await tables.outbox.insert(Array.from({ length: 3_000 }, (_, index) => outboxRow({ aggregate_id: good, version: index + 2 })));
    await tables.outbox.insert([outboxRow({ aggregate_id: bad, version: 2 })]);
    const one = openEventStorePool({ url: database.url(), connectionLimit: 1 });
    const connection = await one.getConnection();
    connection.release();
    const search = () => setAsideBlocked(one, shards, { ...limits, searchedRows: 100 });
    expect(await readsOf(connection, async () => expect((await search()).rows).to.equal(0))).to.be.below(1_000);
    await one.end();
    expect((await setAsideBlocked(pool, shards, limits)).rows).to.equal(1);
  });

  it("are not waited for while a retry holds their block", async () => {
    await insert(5);
    const retrying = await pool.getConnection();
    await retrying.query("START TRANSACTION");
    await retrying.query("SELECT 1 FROM outbox_blocks FOR UPDATE");
    try {
      expect(await setAsideBlocked(pool, shards, limits)).to.deep.equal({ anyBlocked: true, rows: 0 });
    } finally {
      await retrying.query("ROLLBACK");
      retrying.release();
    }
    expect((await setAsideBlocked(pool, shards, limits)).rows).to.equal(4);
  });

  it("are listed with the row that was given up, and return in their order with its retry", async () => {
    await insert(5);
    await setAsideBlocked(pool, shards, limits);
    await tables.outbox.insert([outboxRow({ aggregate_id: bad, version: 6 })]);
    const listed = await withConnection(pool, (connection) => listFailed(connection, 10));
    expect(listed.map(({ version, error, waiting }) => ({ version, error, waiting }))).to.deep.equal([
      { version: 1, error: "refused", waiting: 5 },
    ]);
    expect(await retry()).to.equal(1);
    expect((await fetched()).filter((row) => row.startsWith("bad"))).to.deep.equal([1, 2, 3, 4, 5, 6].map((version) => `bad ${version}`));
    expect(await tables.blocks.rows()).to.deep.equal([]);
  });

  it("return with the retry of an earlier release, in one transaction", async () => {
    await insert(5);
    await setAsideBlocked(pool, shards, limits);
    await tables.outbox.change({ status: "PENDING", retry_count: 0, next_attempt_at: null }, { status: "FAILED" });
    await tables.blocks.remove();
    expect((await fetched()).filter((row) => row.startsWith("bad"))).to.deep.equal([1, 2, 3, 4, 5].map((version) => `bad ${version}`));
  });

  it("are not set aside after a retry that began between their search and the transaction", async () => {
    await insert(5);
    const interrupted = openMysqlPool({ url: database.url(), connectionLimit: 1 });
    const lend = interrupted.getConnection.bind(interrupted);
    let loans = 0;
    interrupted.getConnection = async () => {
      loans += 1;
      if (loans === 2) await retry();
      return lend();
    };
    expect(await setAsideBlocked(interrupted, shards, limits)).to.deep.equal({ anyBlocked: true, rows: 0 });
    await interrupted.end();
    expect(await countOutbox(pool)).to.deep.equal({ pending: 6, failed: 0, setAside: 0 });
  });

  it("stay set aside, behind their block, if the retry is killed in the middle", async () => {
    await insert(5_000);
    await setAsideBlocked(pool, shards, limits);
    const before = await countOutbox(pool);
    const holder = await pool.getConnection();
    const retrying = await pool.getConnection();
    try {
      await holder.query("START TRANSACTION");
      await holder.query("SELECT 1 FROM outbox WHERE version = 4999 FOR UPDATE");
      const outcome = retryFailed(retrying).then(
        () => "done",
        () => "killed",
      );
      await waitFor("the retry to wait for the row", async () => {
        const [rows] = await pool.query<RowDataPacket[]>(
          "SELECT 1 FROM performance_schema.data_locks WHERE OBJECT_SCHEMA = DATABASE() AND LOCK_STATUS = 'WAITING'",
        );
        return rows.length > 0;
      });
      await pool.query(`KILL ${retrying.threadId}`);
      expect(await outcome).to.equal("killed");
    } finally {
      retrying.destroy();
      await holder.query("ROLLBACK");
      holder.release();
    }
    await waitFor("the rollback", async () => (await countOutbox(pool)).setAside === before.setAside);
    expect(await countOutbox(pool)).to.deep.equal(before);
    expect(await tables.blocks.rows()).to.have.length(1);
    expect(await retry()).to.equal(1);
    expect(await fetched()).to.have.length(5_001);
  });
});

import { cartAggregate } from "@cart/domain";
import { migrateEventStore } from "@cart/migrations";
import { openMysqlPool, withConnection } from "@cart/mysql";
import { rewritingProxy } from "@cart/mysql/testing";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { openEventStorePool } from "./openEventStorePool.ts";
import { awaitPending } from "./outbox/awaitPending.ts";
import { readBacklog } from "./outbox/backlog.ts";
import { fetchPending } from "./outbox/fetchPending.ts";
import { loadStreams } from "./streams/loadStreams.ts";

const limit = { maxRows: 10, maxBytes: 65_536 };

/** Each read that drives work, by what the work would be done for. */
const reads: Readonly<Record<string, (pool: Pool) => Promise<unknown>>> = {
  "decide commands": (pool) => loadStreams(pool, cartAggregate, ["550e8400-e29b-41d4-a716-446655440000"]),
  "publish the rows that it waits for": (pool) =>
    withConnection(pool, (connection) => awaitPending(connection, { shards: [0], limit, known: [] }, { limitMs: 1, pauseMs: 1 })),
  "publish the rows of a burst": (pool) => withConnection(pool, (connection) => fetchPending(connection, { shards: [0], limit })),
  "publish a backlog": (pool) => readBacklog(pool, [0], (pageAfter) => pageAfter(0, limit)),
};

describe("a process whose server is read-only, like a former primary,", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  let formerPrimary: Pool;
  let closeProxy: () => void;

  before(async () => {
    const asked = "@@GLOBAL.read_only";
    const proxy = await rewritingProxy(database.url(), { from: asked, to: "1".padEnd(asked.length) });
    closeProxy = proxy.close;
    pool = openEventStorePool({ url: database.url(), connectionLimit: 1 });
    // The pool would lend no connection by itself.
    formerPrimary = openMysqlPool({ url: proxy.url, connectionLimit: 1, multipleStatements: true, allowReplicas: true });
  });
  after(async () => {
    await Promise.all([pool.end(), formerPrimary.end()]);
    closeProxy();
  });

  for (const [purpose, read] of Object.entries(reads)) {
    it(`does not ${purpose}`, async () => {
      await read(pool);
      const outcome = await read(formerPrimary).then(
        () => "served",
        (error: unknown) => error,
      );
      expect(outcome).to.have.property("name", "NotPrimaryError");
    });
  }
});

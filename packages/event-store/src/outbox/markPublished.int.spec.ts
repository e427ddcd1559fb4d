import { randomUUID } from "node:crypto";
import { migrateEventStore } from "@cart/migrations";
import { withConnection } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, PoolConnection } from "mysql2/promise";
import { openEventStorePool } from "../openEventStorePool.ts";
import { type EventStoreTables, eventStoreTables, outboxRow } from "../testing/eventStoreTables.ts";
import { countOutbox } from "./countOutbox.ts";
import { markPublished } from "./markPublished.ts";

describe("rows that are published", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  let appending: PoolConnection;
  let tables: EventStoreTables;

  before(async () => {
    pool = openEventStorePool({ url: database.url(), connectionLimit: 2 });
    tables = eventStoreTables(pool);
    appending = await pool.getConnection();
    // A statement of the other connection that waits for the open append fails after it.
    await withConnection(pool, (connection) => connection.query("SET SESSION innodb_lock_wait_timeout = 2"));
  });
  after(() => pool.end());
  afterEach(async () => {
    await appending.query("ROLLBACK");
    await tables.clear();
  });

  for (const keep of [true, false]) {
    for (const count of [20, 1_000]) {
      it(`are ${keep ? "marked" : "deleted"}, ${count} at once, without a wait for an open append`, async () => {
        const cart = randomUUID();
        await tables.outbox.insert(Array.from({ length: count }, (_, index) => outboxRow({ aggregate_id: cart, version: index + 1 })));
        const published = (await tables.outbox.rows()).map(({ id }) => ({ id: Number(id), retryCount: 0 }));
        await pool.query("ANALYZE TABLE outbox");
        await appending.query("START TRANSACTION");
        await eventStoreTables(appending).outbox.insert([outboxRow({ aggregate_id: randomUUID(), version: 1 })]);
        expect(await markPublished(pool, { keep }, published)).to.equal(count);
        expect((await countOutbox(pool)).pending).to.equal(0);
      });
    }
  }
});

import { migrateEventStore } from "@cart/migrations";
import { openMysqlPool, withConnection, writeTogether } from "@cart/mysql";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { insertAnswers } from "./insertAnswers.ts";
import { purgeAnswers } from "./purgeAnswers.ts";

const hour = 3_600_000;

describe("purge answers", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  before(() => {
    pool = openMysqlPool({ url: database.url(), connectionLimit: 4 });
  });
  after(() => pool.end());

  /** Stores an answer for each age, in hours. */
  const store = (ages: readonly number[]): Promise<void> =>
    withConnection(pool, async (connection) => {
      for (const age of ages) {
        const aggregateId = uuidv7();
        const answer = { aggregateType: "Cart", aggregateId, key: `age-${age}`, requestHash: Buffer.alloc(32), version: 1, answer: "{}" };
        await writeTogether(connection, [insertAnswers([answer])]);
        await connection.query("UPDATE idempotency_keys SET created_at = NOW(6) - INTERVAL ? MINUTE WHERE aggregate_id = UUID_TO_BIN(?)", [
          age * 60,
          aggregateId,
        ]);
      }
    });
  const purge = (limit: number): Promise<number> => withConnection(pool, (connection) => purgeAnswers(connection, 24 * hour, limit));
  const kept = async (): Promise<string[]> => {
    const [rows] = await pool.query<(RowDataPacket & { idempotency_key: string })[]>(
      "SELECT idempotency_key FROM idempotency_keys ORDER BY created_at",
    );
    return rows.map(({ idempotency_key }) => idempotency_key);
  };

  it("deletes the oldest answers past their retention, in batches, and keeps the others", async () => {
    await store([1, 23, 25, 26, 27]);
    expect(await purge(2)).to.equal(2);
    expect(await kept()).to.deep.equal(["age-25", "age-23", "age-1"]);
    expect(await purge(2)).to.equal(1);
    expect(await purge(2)).to.equal(0);
    expect(await kept()).to.deep.equal(["age-23", "age-1"]);
  });

  it("is safe in several processes at once", async () => {
    await store(Array.from({ length: 40 }, (_, n) => 30 + n));
    const deleted = await Promise.all([purge(10), purge(10), purge(10), purge(10)]);
    expect(deleted).to.deep.equal([10, 10, 10, 10]);
    expect(await purge(10)).to.equal(0);
  });
});

import { migrateAbandonment } from "@cart/migrations";
import { inTransaction } from "@cart/mysql";
import { rewritingProxy } from "@cart/mysql/testing";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { RowDataPacket } from "mysql2/promise";
import { openTimerPool } from "../database/openTimerPool.ts";
import { activity } from "./cartProgress.ts";
import { type TimerChange, writeTimers } from "./timerRows.ts";

describe("timers", () => {
  const database = useMysqlDatabase({ migrate: migrateAbandonment });

  it("are written to a server that accepts packets of 1 MiB, however many there are and however long their texts", async () => {
    const oneMib = 1_048_576;
    const asked = "@@SESSION.max_allowed_packet";
    const to = String(oneMib).padEnd(asked.length);
    const proxy = await rewritingProxy(database.url(), { from: asked, to, maxPacketBytes: oneMib });
    const pool = openTimerPool({ url: proxy.url, connectionLimit: 1 });
    const at = new Date("2026-06-10T12:00:00.000Z");
    const changeOf = (n: number, version: number, isKept: boolean): TimerChange => ({
      cartId: `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`,
      progress: { version, tenantId: "shop-1", userId: "€".repeat(255), waitsFor: activity(at) },
      schedule: isKept ? { wait: activity(at), dueAt: at, policyVersion: 1 } : undefined,
      claimedUntil: null,
    });
    const write = (version: number, isKept: (n: number) => boolean): Promise<void> =>
      inTransaction(pool, (connection) =>
        writeTimers(
          connection,
          Array.from({ length: 3_000 }, (_, n) => changeOf(n, version, isKept(n))),
          () => version === 1,
        ),
      );
    const stored = async (): Promise<unknown> => {
      const sql = "SELECT COUNT(*) AS timers, MIN(version) AS version, MIN(CHAR_LENGTH(user_id)) AS characters FROM timers";
      return (await database.pool().query<RowDataPacket[]>(sql))[0][0];
    };
    try {
      await write(1, () => true);
      expect(await stored()).to.deep.equal({ timers: 3_000, version: 1, characters: 255 });
      await write(2, (n) => n % 3 > 0);
      expect(await stored()).to.deep.equal({ timers: 2_000, version: 2, characters: 255 });
    } finally {
      await pool.end();
      proxy.close();
    }
  });
});

import { migrateAbandonment } from "@cart/migrations";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { openTimerPool } from "../database/openTimerPool.ts";
import { eraseShopper } from "./eraseShopper.ts";

const ann = { tenantId: "shop", userId: "ann" };
const [ofBob, ofOtherTenant] = [
  { ...ann, userId: "bob" },
  { ...ann, tenantId: "other" },
];

describe("the erasure of a shopper among the timers", () => {
  const database = useMysqlDatabase({ migrate: migrateAbandonment });
  let pool: Pool;
  before(() => {
    pool = openTimerPool({ url: database.url(), connectionLimit: 2 });
  });
  after(() => pool.end());

  it("forgets the user of each timer and deletes purchases and reminder slots, of this person only, and may be repeated", async () => {
    const now = new Date("2026-11-27T12:00:00Z");
    const timers = Array.from({ length: 2_100 }, (_, n) => [n, n % 2 === 0 ? ann : n % 4 === 1 ? ofBob : ofOtherTenant] as const);
    await database
      .pool()
      .query("INSERT INTO timers (cart_id, tenant_id, user_id, version, step, since, policy_version, due_at) VALUES ?", [
        timers.map(([n, { tenantId, userId }]) => [Buffer.from(String(n).padStart(16, "0")), tenantId, userId, 1, 0, now, 1, now]),
      ]);
    for (const { tenantId, userId } of [ann, ofBob, ofOtherTenant]) {
      await database.pool().query("INSERT INTO purchases VALUES (?, ?, ?)", [tenantId, userId, now]);
      await database
        .pool()
        .query("INSERT INTO reminder_slots (tenant_id, user_id, day, slot, cart_id, version) VALUES (?, ?, '2026-11-27', 1, ?, 1)", [
          tenantId,
          userId,
          Buffer.alloc(16),
        ]);
    }
    const countOf = async (table: string, where: string): Promise<unknown> =>
      (await database.pool().query<RowDataPacket[]>(`SELECT COUNT(*) AS n FROM ${table} WHERE ${where}`))[0][0]?.["n"];
    for (let time = 0; time < 2; time += 1) {
      await eraseShopper(pool, ann);
      for (const table of ["timers", "purchases", "reminder_slots"]) {
        expect(await countOf(table, "tenant_id = 'shop' AND user_id = 'ann'"), table).to.equal(0);
        expect(await countOf(table, "user_id = 'bob'"), table).to.be.above(0);
        expect(await countOf(table, "tenant_id = 'other' AND user_id = 'ann'"), table).to.be.above(0);
      }
      // The timers stay: the worker reads their users from the events.
      expect([await countOf("timers", "TRUE"), await countOf("timers", "user_id IS NULL")]).to.deep.equal([2_100, 1_050]);
    }
  });
});

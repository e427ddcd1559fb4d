import { inTransaction, run, uuidToBytes } from "@cart/mysql";
import { expect } from "chai";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { cartId, useAbandonment } from "../testing/useAbandonment.ts";
import { lockTimers } from "./lockTimers.ts";

describe("the timers of a batch", () => {
  const abandonment = useAbandonment();

  /** The number of rows and index entries that the connection has read. */
  const readsOf = async (connection: PoolConnection): Promise<number> => {
    const rows = await run<(RowDataPacket & { readonly Value: string })[]>(connection, "SHOW SESSION STATUS LIKE 'Handler_read%'");
    return rows.reduce((sum, { Value: value }) => sum + Number(value), 0);
  };

  for (const tenantId of [undefined, "shop-1"]) {
    it(`are read without the others${tenantId === undefined ? "" : ", whose tenant is known"}`, async () => {
      const [all, some] = [20_000, 300];
      for (let from = 0; from < all; from += 5_000) {
        const ids = Array.from({ length: 5_000 }, (_, n) => uuidToBytes(cartId(from + n)));
        await abandonment.insertTimers(ids.map((id) => ({ cartId: id, tenantId: "shop-1", dueAt: abandonment.now() })));
      }
      await abandonment.query("ANALYZE TABLE timers");
      const batch = Array.from({ length: some }, (_, n) => ({ cartId: cartId(all - 100 + n), tenantId }));
      const { found, reads } = await inTransaction(abandonment.pool(), async (connection) => {
        const before = await readsOf(connection);
        const { timers } = await lockTimers(connection, batch);
        return { found: timers.size, reads: (await readsOf(connection)) - before };
      });
      expect(found).to.equal(100);
      expect(reads).to.be.lessThan(some * 10);
    });
  }
});

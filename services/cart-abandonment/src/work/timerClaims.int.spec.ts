import { uuidToBytes } from "@cart/mysql";
import { expect } from "chai";
import type { RowDataPacket } from "mysql2/promise";
import { cartId, useAbandonment } from "../testing/useAbandonment.ts";
import type { Timer } from "../timers/timerRows.ts";
import { releaseTimers } from "./settleTimers.ts";
import { timerClaims } from "./timerClaims.ts";

describe("claims of due timers", () => {
  const abandonment = useAbandonment();
  const { insertTimers, now, passMinutes } = abandonment;
  const claimsOf = (limit: number) => timerClaims({ pool: abandonment.pool(), now, leaseMs: 30_000, limit });

  /** Inserts timers of the tenant, which have been due for so many minutes. */
  const insertDue = (tenantId: string, count: number, { minutes, from = 0 }: { readonly minutes: number; readonly from?: number }) => {
    const dueAt = new Date(now().getTime() - minutes * 60_000);
    return insertTimers(Array.from({ length: count }, (_, n) => ({ cartId: uuidToBytes(cartId(from + n + 1)), tenantId, dueAt })));
  };
  const countsOf = (timers: readonly Timer[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { progress } of timers) counts[progress.tenantId ?? "unknown"] = (counts[progress.tenantId ?? "unknown"] ?? 0) + 1;
    return counts;
  };

  it("share a batch among the tenants, although thousands of timers of one have been due for longer", async () => {
    await insertDue("loud", 5_000, { minutes: 600 });
    await insertDue("quiet", 3, { minutes: 1, from: 5_000 });
    expect(countsOf(await claimsOf(100)())).to.deep.equal({ loud: 50, quiet: 3 });
  });

  it("pass on to the other tenants although the timers of one are due again at once", async () => {
    for (let n = 0; n < 20; n += 1) await insertDue(`loop-${String(n).padStart(2, "0")}`, 50, { minutes: 600, from: n * 50 });
    await insertDue("zebra", 1, { minutes: 1, from: 2_000 });
    const claim = claimsOf(32);
    const seen: Record<string, number>[] = [];
    for (let batch = 0; batch < 4; batch += 1) {
      const timers = await claim();
      seen.push(countsOf(timers));
      // The timers of this kind of tenant are never done.
      await releaseTimers(
        abandonment.pool(),
        timers.filter(({ progress }) => progress.tenantId !== "zebra"),
      );
    }
    const tenantsOf = (batch: number) => Object.keys(seen[batch] ?? {});
    expect([0, 1].flatMap(tenantsOf)).to.have.length(21).and.to.include("zebra");
    expect(new Set([2, 3].flatMap(tenantsOf)).size).to.equal(20);
  });

  it("give the whole batch to a tenant that is alone, the oldest timers first, and none twice", async () => {
    await insertDue("shop-1", 10, { minutes: 5 });
    await insertDue("shop-1", 10, { minutes: 10, from: 10 });
    const [first, second] = [claimsOf(15), claimsOf(15)];
    const numbers = (timers: readonly Timer[]) => timers.map(({ cartId: id }) => Number(id.slice(-12)));
    const [claimed, rest] = [numbers(await first()), numbers(await second())];
    expect(claimed.filter((n) => n > 10)).to.have.length(10);
    expect([...claimed, ...rest].toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(await first()).to.deep.equal([]);
    passMinutes(1);
    expect(await first(), "the claims have ended").to.have.length(15);
  });

  it("find the timer of the last tenant although other workers have claimed those of all others", async () => {
    for (let n = 0; n < 40; n += 1) await insertDue(`shop-${String(n).padStart(2, "0")}`, 1, { minutes: 10, from: n });
    const other = claimsOf(100);
    while ((await other()).length > 0);
    await insertDue("zebra", 1, { minutes: 1, from: 100 });
    expect(countsOf(await claimsOf(100)())).to.deep.equal({ zebra: 1 });
  });

  it("read one index entry for each tenant to find those with due timers", async () => {
    await insertDue("shop-1", 2_000, { minutes: 1 });
    await insertDue("shop-2", 2_000, { minutes: 1, from: 2_000 });
    await abandonment.pool().query("ANALYZE TABLE timers");
    const [plan] = await abandonment
      .pool()
      .query<(RowDataPacket & { Extra: string })[]>(
        "EXPLAIN FORMAT=TRADITIONAL SELECT tenant_id FROM timers FORCE INDEX (timers_tenant_due) WHERE tenant_id > 'a' GROUP BY tenant_id HAVING MIN(due_at) <= NOW() ORDER BY tenant_id LIMIT 16",
      );
    expect(plan[0]?.Extra).to.contain("Using index for group-by");
  });
});

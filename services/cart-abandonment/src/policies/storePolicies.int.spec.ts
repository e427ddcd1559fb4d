import { inTransaction } from "@cart/mysql";
import { expect } from "chai";
import { useAbandonment } from "../testing/useAbandonment.ts";
import type { Policy } from "./policy.ts";
import { lockPolicies } from "./lockPolicies.ts";
import { storePolicies } from "./storePolicies.ts";

const policy = (version: number): Policy => ({
  version,
  rules:
    version % 2 === 0
      ? undefined
      : {
          abandonedMinutes: version * 10,
          checkoutAbandonedMinutes: version === 1 ? null : version,
          reminders: [version],
          overtakenReminders: version === 1 ? "skip" : "move",
          maxRemindersPerDay: version === 1 ? null : version,
          timeZone: "Europe/Berlin",
          quietTime: version === 1 ? undefined : { from: "22:00:00", to: "08:00:00", timeZone: "Europe/Berlin" },
        },
});

describe("stored policies", () => {
  const abandonment = useAbandonment();
  const store = (...policies: readonly (readonly [string, Policy])[]): Promise<void> =>
    inTransaction(abandonment.pool(), (connection) => storePolicies(connection, new Map(policies)));
  const lock = (...tenantIds: readonly string[]) =>
    inTransaction(abandonment.pool(), async (connection) => [...(await lockPolicies(connection, tenantIds))]);

  it("are read back unchanged, also removed ones, and a tenant that never had a policy has none", async () => {
    await store(["shop-2", policy(2)], ["shop-1", policy(1)]);
    expect(await lock("shop-1", "shop-3", "shop-2", "shop-1")).to.have.deep.members([
      ["shop-1", policy(1)],
      ["shop-2", policy(2)],
    ]);
    await store(["shop-3", policy(1)]);
    expect(await lock("shop-3")).to.deep.equal([["shop-3", policy(1)]]);
  });

  it("are replaced only by newer versions, and only those mark timers to be moved", async () => {
    await store(["shop-1", policy(3)]);
    await abandonment.pool().query("UPDATE policies SET moving = FALSE");
    for (const version of [3, 2]) await store(["shop-1", policy(version)]);
    expect(await lock("shop-1")).to.deep.equal([["shop-1", policy(3)]]);
    expect(await abandonment.query("SELECT moving FROM policies")).to.deep.equal([{ moving: 0 }]);
    await store(["shop-1", policy(4)]);
    expect(await lock("shop-1")).to.deep.equal([["shop-1", policy(4)]]);
    expect(await abandonment.query("SELECT moving FROM policies")).to.deep.equal([{ moving: 1 }]);
  });
});

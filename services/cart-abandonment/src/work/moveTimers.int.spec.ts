import { inTransaction, uuidToBytes } from "@cart/mysql";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import { lockTimers } from "../timers/lockTimers.ts";
import { addItem, cartId, policy, useAbandonment } from "../testing/useAbandonment.ts";
import { moveTimers } from "./moveTimers.ts";

describe("timers whose policy has changed", () => {
  const abandonment = useAbandonment();
  const { act, choose, decide, deliver, newWorker, passMinutes, timers } = abandonment;

  /** Inserts timers of a tenant like those that activity at this moment sets. */
  const pend = async (count: number, tenantId = "shop-1"): Promise<void> => {
    const due = new Date(abandonment.now().getTime() + 3_600_000);
    await abandonment.insertTimers(Array.from({ length: count }, (_, n) => ({ cartId: uuidToBytes(cartId(n + 1)), tenantId, dueAt: due })));
  };
  const byDue = async (): Promise<unknown> =>
    (
      await abandonment.query("SELECT due_at AS due, policy_version AS version, COUNT(*) AS timers FROM timers GROUP BY 1, 2 ORDER BY 1")
    ).map(({ due, version, timers: count }) => [due instanceof Date ? due.toISOString().slice(11, 16) : "never", version, count]);
  const moving = async (): Promise<unknown> => (await abandonment.query("SELECT moving FROM policies")).map((row) => row["moving"]);

  it("move, 10,000 in bounded batches, and another worker moves the rest when one dies", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60 })));
    await pend(10_000);
    await deliver(await choose(policy({ abandonedMinutes: 20 })));

    expect(await moveTimers(abandonment.pool(), 1_000)).to.equal(1_000);
    expect(await moveTimers(abandonment.pool(), 1_000)).to.equal(1_000);
    expect(await byDue()).to.deep.equal([
      ["12:20", 2, 2_000],
      ["13:00", 1, 8_000],
    ]);
    expect(await moving()).to.deep.equal([1]);

    await Promise.all([abandonment.moveTimers(), abandonment.moveTimers()]);
    expect(await byDue()).to.deep.equal([["12:20", 2, 10_000]]);
    expect(await moveTimers(abandonment.pool(), 1_000)).to.equal(0);
    expect(await moving()).to.deep.equal([0]);
  });

  it("move to the newest policy if it changes again halfway", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60 })));
    await pend(30);
    await deliver(await choose(policy({ abandonedMinutes: 20 })));
    await moveTimers(abandonment.pool(), 10);
    await deliver(await choose(policy({ abandonedMinutes: 40 })));
    await abandonment.moveTimers(10);
    expect(await byDue()).to.deep.equal([["12:40", 3, 30]]);
  });

  it("move afterwards if another transaction has locked them, and do not delay the others", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60 })));
    await pend(3);
    await deliver(await choose(policy({ abandonedMinutes: 20 })));
    await inTransaction(abandonment.pool(), async (connection) => {
      // This transaction holds the same lock as a worker that is claiming the timer.
      await connection.query("SELECT 1 FROM timers WHERE cart_id = UUID_TO_BIN(?) FOR UPDATE", [cartId(2)]);
      expect(await moveTimers(abandonment.pool(), 100)).to.equal(2);
      expect(await moveTimers(abandonment.pool(), 100)).to.equal(0);
    });
    expect(await moving()).to.deep.equal([1]);
    await abandonment.moveTimers();
    expect(await byDue()).to.deep.equal([["12:20", 2, 3]]);
  });

  it("do not move for another tenant's policy", async () => {
    await deliver([...(await choose(policy({ abandonedMinutes: 60 }))), ...(await choose(policy({ abandonedMinutes: 60 }), "shop-2"))]);
    await pend(5);
    await deliver(await choose(policy({ abandonedMinutes: 5 }), "shop-2"));
    await abandonment.moveTimers();
    expect(await byDue()).to.deep.equal([["13:00", 1, 5]]);
  });

  it("wait for another policy after theirs was removed, and are due by it once the tenant has it", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60 })));
    await pend(30);
    await deliver(await abandonment.removePolicy());
    await abandonment.moveTimers(7);
    expect(await byDue()).to.deep.equal([["never", 2, 30]]);
    expect(await moving()).to.deep.equal([0]);
    passMinutes(120);
    expect(await newWorker().workOff()).to.equal(0);

    // The tenant's carts get timers as before, so the next policy applies to them too.
    await act(cartId(31), addItem());
    await deliver(await choose(policy({ abandonedMinutes: 20 })));
    await abandonment.moveTimers(7);
    expect(await byDue()).to.deep.equal([
      ["12:20", 3, 30],
      ["14:20", 3, 1],
    ]);
  });

  it("of one tenant do not delay those of another tenant whose policy has changed as well", async () => {
    await deliver([...(await choose(policy({ abandonedMinutes: 60 }))), ...(await choose(policy({ abandonedMinutes: 60 }), "shop-2"))]);
    await pend(5_000);
    const timer = { cartId: uuidToBytes(cartId(6_000)), tenantId: "shop-2", dueAt: new Date("2026-06-10T13:00:00Z") };
    await abandonment.insertTimers([timer]);
    await deliver([...(await choose(policy({ abandonedMinutes: 20 }))), ...(await choose(policy({ abandonedMinutes: 20 }), "shop-2"))]);
    const isMoved = async (): Promise<boolean> => (await timers())[6_000] === "0 2026-06-10T12:20:00";
    let batches = 0;
    while (!(await isMoved()) && batches < 500) {
      await moveTimers(abandonment.pool(), 10);
      batches += 1;
    }
    // Each batch is that tenant's with a chance of one half, so this fails once in 2^40 runs.
    expect(batches).to.be.lessThan(40);
  });

  it("end if the policy no longer has their reminder", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60, reminders: [10] })));
    await act(cartId(1), addItem());
    passMinutes(60);
    await newWorker().workOff();
    expect(await timers()).to.deep.equal({ 1: "1 2026-06-10T13:10:00" });
    await deliver(await choose(policy({ abandonedMinutes: 60, reminders: [] })));
    await abandonment.moveTimers();
    expect(await timers()).to.deep.equal({});
  });

  for (const [what, before] of [
    ["the old policy", 60],
    ["that no policy exists", undefined],
  ] as const) {
    it(`are due by the new policy although a consumer has just read ${what}`, async () => {
      if (before !== undefined) await deliver(await choose(policy({ abandonedMinutes: before })));
      await abandonment.moveTimers();
      const update = await choose(policy({ abandonedMinutes: 20 }));
      let stored: Promise<unknown> = Promise.resolve();
      await inTransaction(abandonment.pool(), async (connection) => {
        // These are the locks that a consumer holds while it sets the timer of a new cart by the policy that it has read.
        await lockTimers(connection, [{ cartId: cartId(1), tenantId: "shop-1" }]);
        stored = deliver(update);
        await waitFor("the new policy to wait", async () => {
          const [waiting] = await abandonment.query(
            "SELECT COUNT(*) AS locks FROM performance_schema.data_locks WHERE OBJECT_SCHEMA = DATABASE() AND LOCK_STATUS = 'WAITING'",
          );
          return Number(waiting?.["locks"]) > 0;
        });
        const [version, dueAt] = before === undefined ? [0, null] : [1, new Date("2026-06-10T13:00:00Z")];
        const timer = { cartId: uuidToBytes(cartId(1)), tenantId: "shop-1", dueAt, policyVersion: version };
        await abandonment.insertTimers([timer], connection);
      });
      await stored;
      await abandonment.moveTimers();
      expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T12:20:00" });
    });
  }

  it("are all due by the newest policy, although carts are used all the time", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60 })));
    const carts = Array.from({ length: 40 }, (_, n) => cartId(n + 1));
    const first = await Promise.all(carts.map((id) => decide(id, addItem())));
    const second = await Promise.all(carts.map((id) => decide(id, addItem({ itemId: "item-2" }))));
    const policies = [];
    for (const abandonedMinutes of [20, 30, 40, 50]) policies.push(await choose(policy({ abandonedMinutes })));

    await Promise.all([
      (async () => {
        for (const messages of [...first, ...second]) await deliver(messages);
      })(),
      (async () => {
        for (const messages of [...second.toReversed(), ...first]) await deliver(messages);
      })(),
      (async () => {
        for (const messages of policies) {
          await deliver(messages);
          await abandonment.moveTimers(7);
        }
      })(),
    ]);
    await abandonment.moveTimers(7);
    await newWorker().workOff();
    expect(await byDue()).to.deep.equal([["12:50", 5, 40]]);
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CartCommand } from "@cart/domain";
import { openEventStorePool } from "@cart/event-store";
import { openMysqlPool } from "@cart/mysql";
import { rewritingProxy } from "@cart/mysql/testing";
import { expect } from "chai";
import { addItem, cartId, policy, useAbandonment } from "../testing/useAbandonment.ts";
import { timerClaims } from "./timerClaims.ts";

describe("timers that are due", () => {
  const abandonment = useAbandonment();
  const { act, choose, decide, deliver, eventsOf, newWorker, now, passMinutes, setClock, timers } = abandonment;

  const leftAlone = ["CartCreated", "ItemAddedToCart"];
  const abandoned = [...leftAlone, "CartAbandoned"];

  it("abandon their carts, remind step by step, and are deleted after the last step", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60, reminders: [30, 1440] })));
    await act(cartId(1), addItem());
    const { workOff, outcomes } = newWorker();
    passMinutes(59);
    expect(await workOff()).to.equal(0);

    passMinutes(1);
    expect(await workOff()).to.equal(1);
    expect(await eventsOf(cartId(1))).to.deep.equal(abandoned);
    expect(await timers()).to.deep.equal({ 1: "1 2026-06-10T13:30:00" });
    passMinutes(30);
    expect(await workOff()).to.equal(1);
    expect(await timers()).to.deep.equal({ 1: "2 2026-06-11T13:00:00" });
    passMinutes(1440);
    expect(await workOff()).to.equal(1);
    expect(await timers()).to.deep.equal({});
    expect(await eventsOf(cartId(1))).to.deep.equal([...abandoned, "CartAbandonmentReminderDue", "CartAbandonmentReminderDue"]);
    expect(outcomes).to.deep.equal(["abandoned", "reminded", "reminded"]);

    expect((await abandonment.cartEvents()).slice(2).map(({ event_data: data }) => data)).to.deep.equal([
      { last_activity_at: "2026-06-10T12:00:00.000Z", abandoned_after_minutes: 60, stage: "cart" },
      { step: 1, after_minutes: 30 },
      { step: 2, after_minutes: 1440 },
    ]);
  });

  it("append events that carry the correlation id of the last activity and name it as their cause", async () => {
    await deliver(await choose(policy()));
    await act(cartId(1), addItem());
    passMinutes(60);
    await newWorker().workOff();
    const [, cause, effect] = await abandonment.cartEvents();
    expect(effect?.["metadata"]).to.deep.equal({ correlation_id: "request-1", causation_id: cause?.["event_id"] });
  });

  it("start over, including reminders, when the customer comes back", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60, reminders: [30] })));
    await act(cartId(1), addItem());
    const { workOff } = newWorker();
    for (const round of [1, 2]) {
      passMinutes(60);
      await workOff();
      passMinutes(30);
      await workOff();
      expect(await timers(), `round ${round}`).to.deep.equal({});
      await act(cartId(1), addItem());
    }
    // The timer of the reopened cart does not know the tenant, so the worker reads it from the event store.
    await workOff();
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T16:00:00" });
    const round = ["CartAbandoned", "CartAbandonmentReminderDue", "CartReopened", "ItemAddedToCart"];
    expect(await eventsOf(cartId(1))).to.deep.equal([...leftAlone, ...round, ...round]);
  });

  it("move because of activity that Kafka has not delivered yet", async () => {
    await deliver(await choose(policy()));
    await act(cartId(1), addItem());
    passMinutes(59);
    await decide(cartId(1), addItem({ itemId: "item-2" }));
    passMinutes(1);
    const { workOff, outcomes } = newWorker();
    await workOff();
    expect(outcomes).to.deep.equal(["moved"]);
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T13:59:00" });
  });

  it("end without an event if the cart is no longer open, or is empty", async () => {
    await deliver(await choose(policy()));
    for (const n of [1, 2]) await act(cartId(n), addItem());
    await act(cartId(2), { type: "RemoveItem", lineId: "item-1" });
    await decide(cartId(1), { type: "PurchaseCart", orderId: "order-1" });
    passMinutes(60);
    const { workOff, outcomes } = newWorker();
    await workOff();
    expect(outcomes).to.deep.equal(["ended", "ended"]);
    expect(await timers()).to.deep.equal({});
    expect(await eventsOf(cartId(2))).to.deep.equal([...leftAlone, "ItemRemovedFromCart"]);
  });

  describe("in quiet time", () => {
    const quietNight = { quietTimeFrom: "22:00:00", quietTimeTo: "08:00:00" };
    const nights: readonly [what: string, timeZone: string, lastActivity: string, quietSince: string, quietUntil: string][] = [
      ["a night", "UTC", "2026-06-10T21:30:00Z", "2026-06-10T22:30:00Z", "2026-06-11T08:00:00Z"],
      ["the hour after midnight", "UTC", "2026-06-10T23:00:00Z", "2026-06-11T00:00:00Z", "2026-06-11T08:00:00Z"],
      ["the short night of Berlin", "Europe/Berlin", "2026-03-28T20:30:00Z", "2026-03-28T21:30:00Z", "2026-03-29T06:00:00Z"],
      ["the long night of Berlin", "Europe/Berlin", "2026-10-24T19:30:00Z", "2026-10-24T20:30:00Z", "2026-10-25T07:00:00Z"],
      ["the short night of New York", "America/New_York", "2026-03-08T02:30:00Z", "2026-03-08T03:30:00Z", "2026-03-08T12:00:00Z"],
      ["the long night of New York", "America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T02:30:00Z", "2026-11-01T13:00:00Z"],
    ];
    for (const [what, timeZone, lastActivity, quietSince, quietUntil] of nights) {
      it(`wait for the end of ${what}`, async () => {
        setClock(lastActivity);
        await deliver(await choose(policy({ ...quietNight, timeZone, abandonedMinutes: 60 })));
        await act(cartId(1), addItem());
        const { workOff, outcomes } = newWorker();
        setClock(quietSince);
        await workOff();
        expect(await timers()).to.deep.equal({ 1: `0 ${quietUntil.slice(0, 19)}` });
        setClock(new Date(Date.parse(quietUntil) - 1).toISOString());
        expect(await workOff()).to.equal(0);
        setClock(quietUntil);
        await workOff();
        expect(outcomes).to.deep.equal(["quiet", "abandoned"]);
        expect(await eventsOf(cartId(1))).to.deep.equal(abandoned);
      });
    }

    it("do not wait for an end that the policy no longer has", async () => {
      setClock("2026-06-10T21:00:00Z");
      await deliver(await choose(policy({ ...quietNight, abandonedMinutes: 60 })));
      await act(cartId(1), addItem());
      passMinutes(61);
      const { workOff, outcomes } = newWorker();
      await workOff();
      await deliver(await choose(policy({ abandonedMinutes: 60 })));
      await abandonment.moveTimers();
      await workOff();
      expect(outcomes).to.deep.equal(["quiet", "abandoned"]);
    });
  });

  describe("with more than one worker", () => {
    const open = async (carts: number): Promise<void> => {
      await deliver(await choose(policy({ reminders: [10] })));
      const messages = await Promise.all(Array.from({ length: carts }, (_, n) => decide(cartId(n + 1), addItem())));
      await deliver(messages.flat());
      passMinutes(60);
    };
    /** Returns, for each event type that timers have appended, the number of events and of carts. */
    const abandonments = async (): Promise<unknown> => {
      const events = (await abandonment.cartEvents()).filter(({ version }) => Number(version) > 2);
      return [...new Set(events.map(({ event_type: type }) => String(type)))].toSorted().map((type) => {
        const ofType = events.filter(({ event_type }) => event_type === type);
        return [type, ofType.length, new Set(ofType.map(({ aggregate_id: id }) => id)).size];
      });
    };

    it("are done once each, although four workers share them", async () => {
      await open(600);
      const workers = [1, 2, 3, 4].map(() => newWorker({ limit: 50 }));
      const done = async (): Promise<void> => {
        await Promise.all(
          workers.map(async ({ workOff }) => {
            while ((await workOff()) > 0);
          }),
        );
      };
      await done();
      expect(await abandonments()).to.deep.equal([["CartAbandoned", 600, 600]]);
      passMinutes(10);
      await done();
      expect(await abandonments()).to.deep.equal([
        ["CartAbandoned", 600, 600],
        ["CartAbandonmentReminderDue", 600, 600],
      ]);
      expect(workers.flatMap(({ outcomes }) => outcomes).filter((outcome) => outcome === "conflict")).to.deep.equal([]);
      expect(await timers()).to.deep.equal({});
    });

    it("are claimed again after a worker was killed between claim and append, and are done once", async function () {
      this.timeout(60_000);
      await open(3);
      // The worker claims the timers, says so and hangs. SIGKILL then ends it, so that no signal handler can release them.
      const program = fileURLToPath(new URL("../testing/hangingWorker.ts", import.meta.url));
      const urls = abandonment.urls();
      const child = spawn(
        process.execPath,
        ["--conditions=source", "--import=tsx", program, urls.timers, urls.events, now().toISOString()],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      const exited = once(child, "exit");
      await once(child.stdout, "data");
      child.kill("SIGKILL");
      await exited;

      const { workOff, outcomes } = newWorker({ leaseMs: 30_000 });
      expect(await workOff(), "the claims have not ended").to.equal(0);
      passMinutes(0.5);
      expect(await workOff()).to.equal(3);
      expect(await workOff()).to.equal(0);
      expect(outcomes).to.deep.equal(["abandoned", "abandoned", "abandoned"]);
      expect(await abandonments()).to.deep.equal([["CartAbandoned", 3, 3]]);
    });

    it("are not done again after a worker died between append and release", async () => {
      await open(1);
      await timerClaims({ pool: abandonment.pool(), now, leaseMs: 30_000, limit: 10 })();
      await decide(cartId(1), { type: "AbandonCart", lastActivityAt: now(), abandonedAfterMinutes: 60 });
      passMinutes(1);
      const { workOff, outcomes } = newWorker();
      await workOff();
      expect(outcomes).to.deep.equal(["moved"]);
      expect(await eventsOf(cartId(1))).to.deep.equal(abandoned);
      expect(await timers()).to.deep.equal({ 1: "1 2026-06-10T13:10:00" });
    });

    it("are done once even if a worker continues after its lease has ended", async () => {
      await open(1);
      const fast = newWorker();
      const slow = newWorker({
        handler: before(async () => {
          passMinutes(1);
          await fast.workOff();
        }),
      });
      await slow.workOff();
      expect([slow.outcomes, fast.outcomes]).to.deep.equal([["conflict"], ["abandoned"]]);
      expect(await eventsOf(cartId(1))).to.deep.equal(abandoned);
      expect(await timers()).to.deep.equal({ 1: "1 2026-06-10T13:11:00" });
    });
  });

  /** Returns a command handler that awaits `first` before each command. */
  const before = (first: () => Promise<unknown>) => {
    const handler = abandonment.newHandler();
    return {
      ...handler,
      handle: async (...request: Parameters<typeof handler.handle>) => {
        await first();
        return handler.handle(...request);
      },
    };
  };

  it("move if an item is added at the same moment, because their own append is refused", async () => {
    await deliver(await choose(policy()));
    await act(cartId(1), addItem());
    passMinutes(60);
    const { workOff, outcomes } = newWorker({ handler: before(() => decide(cartId(1), addItem({ itemId: "item-2" }))) });
    await workOff();
    await newWorker().workOff();
    expect(outcomes).to.deep.equal(["conflict"]);
    expect(await eventsOf(cartId(1))).to.deep.equal([...leftAlone, "ItemAddedToCart"]);
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T14:00:00" });
  });

  it("are not overwritten if Kafka delivers the next events before they are settled", async () => {
    await deliver(await choose(policy({ reminders: [10] })));
    for (const n of [1, 2]) await act(cartId(n), addItem());
    passMinutes(60);
    const handler = abandonment.newHandler();
    const back: Record<string, CartCommand> = { [cartId(1)]: addItem(), [cartId(2)]: { type: "PurchaseCart", orderId: "order-1" } };
    const { workOff } = newWorker({
      handler: {
        ...handler,
        handle: async (request) => {
          const result = await handler.handle(request);
          await deliver(result.events.map(abandonment.messageOf));
          const command = back[request.aggregateId];
          if (command !== undefined) await act(request.aggregateId, command);
          return result;
        },
      },
    });
    await workOff();
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T14:00:00" });
    expect(await abandonment.query("SELECT claimed_until FROM timers")).to.deep.equal([{ claimed_until: null }]);
  });

  it("stay due if a consumer makes them due at once before they are settled", async () => {
    await deliver(await choose(policy()));
    await act(cartId(1), addItem(), { type: "RemoveItem", lineId: "item-1" });
    passMinutes(61);
    const handler = abandonment.newHandler();
    const { workOff, outcomes } = newWorker({
      handler: {
        ...handler,
        handle: async (request) => {
          const result = await handler.handle(request);
          const messages = await decide(cartId(1), addItem());
          await deliver(messages.map((message) => ({ ...message, value: null })));
          return result;
        },
      },
    });
    await workOff();
    expect(outcomes, "the cart was empty").to.deep.equal(["ended"]);
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T13:01:00" });
    await newWorker().workOff();
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T14:01:00" });
  });

  it("are released if the event store is unavailable", async () => {
    await deliver(await choose(policy()));
    await act(cartId(1), addItem());
    passMinutes(60);
    const away = openMysqlPool({ url: "mysql://root@127.0.0.1:1/eventstore", connectionLimit: 1 });
    const { workOff } = newWorker({ eventStore: away });
    expect(await workOff().catch((error: unknown) => String(error))).to.contain("ECONNREFUSED");
    await away.end();
    expect(await newWorker().workOff()).to.equal(1);
  });

  it("are retried later if they fail for a reason of their own, and do not delay the others", async () => {
    await deliver([...(await choose(policy())), ...(await choose(policy(), "shop-2"))]);
    await act(cartId(1), addItem());
    await act(cartId(2), addItem({ defaults: { tenantId: "shop-2", currency: "USD" } }));
    await abandonment
      .pool()
      .query(
        "UPDATE policies SET quiet_time_from = '22:00:00', quiet_time_to = '08:00:00', time_zone = 'Europe/Atlantis' WHERE tenant_id = 'shop-1'",
      );
    passMinutes(60);
    const { workOff, outcomes } = newWorker();
    await workOff();
    expect(outcomes).to.have.members(["failed", "abandoned"]);
    expect(await workOff(), "not at once").to.equal(0);
    await abandonment.pool().query("UPDATE policies SET time_zone = 'UTC' WHERE tenant_id = 'shop-1'");
    passMinutes(1);
    await workOff();
    expect(await eventsOf(cartId(1))).to.deep.equal(abandoned);
  });

  it("wait while their tenant moves to another event store, end when it has left, and do not delay the others", async () => {
    await deliver([...(await choose(policy())), ...(await choose(policy(), "shop-2"))]);
    await act(cartId(1), addItem());
    await act(cartId(2), addItem({ defaults: { tenantId: "shop-2", currency: "USD" } }));
    const { moves } = abandonment.tables();
    await moves.insert([{ tenant_id: "shop-1", state: "FROZEN", other_id: Buffer.alloc(16, 1) }]);
    try {
      passMinutes(60);
      const { workOff, outcomes } = newWorker();
      expect(await workOff()).to.equal(2);
      expect(outcomes).to.have.members(["failed", "abandoned"]);
      expect(await workOff(), "not at once").to.equal(0);
      await moves.change({ state: "MOVED" }, { tenant_id: "shop-1" });
      passMinutes(1);
      expect(await newWorker().workOff()).to.equal(1);
      expect(Object.keys(await timers())).to.deep.equal([]);
      expect(await eventsOf(cartId(1))).to.deep.equal(leftAlone);
      expect(await eventsOf(cartId(2))).to.deep.equal(abandoned);
    } finally {
      await moves.remove({ tenant_id: "shop-1" });
    }
  });

  describe("whose carts a restored event store does not have", () => {
    const restored = async (version: number): Promise<void> => {
      await deliver(await choose(policy({ abandonedMinutes: 60 })));
      await act(cartId(1), addItem(), addItem({ itemId: "item-2" }));
      await act(cartId(2), addItem());
      const { events } = abandonment.tables();
      for (let lost = version + 1; lost <= 3; lost += 1) await events.remove({ aggregate_id: cartId(1), version: lost });
      passMinutes(60);
    };
    const rowOf = async (n: number) =>
      (await abandonment.query(`SELECT misses, due_at, given_up_at FROM timers WHERE cart_id = UUID_TO_BIN('${cartId(n)}')`))[0];
    /** Works off timers until none is due, and returns for how many seconds the first cart's timer then waits. */
    const wait = async (workOff: () => Promise<number>): Promise<number> => {
      let passes = 0;
      while ((await workOff()) > 0) passes += 1;
      expect(passes).to.be.at.most(1);
      const due = (await rowOf(1))?.["due_at"];
      return due instanceof Date ? (due.getTime() - now().getTime()) / 1000 : 0;
    };

    for (const [what, version] of [
      ["at all", 0],
      ["up to the timer's version", 2],
    ] as const) {
      it(`are tried again after a growing time and then given up, if it does not have them ${what}`, async () => {
        await restored(version);
        const { workOff, outcomes } = newWorker();
        const waits: number[] = [];
        for (let seconds = await wait(workOff); seconds > 0; seconds = await wait(workOff)) {
          waits.push(seconds);
          setClock(new Date(now().getTime() + seconds * 1000).toISOString());
        }
        expect(waits).to.deep.equal([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
        expect(outcomes).to.deep.equal(["missing", "abandoned", ...Array.from({ length: 10 }, () => "missing"), "given_up"]);
        expect(await rowOf(1)).to.deep.equal({ misses: 12, due_at: null, given_up_at: now() });
        passMinutes(100_000);
        expect(await workOff()).to.equal(0);
      });
    }

    it("begin anew with the next event of their carts, even after they were given up", async () => {
      await restored(2);
      await abandonment.pool().query("UPDATE timers SET misses = 11");
      await newWorker().workOff();
      expect(await rowOf(1)).to.deep.include({ misses: 12, due_at: null });
      // The restored store continues with other events at the versions that were lost.
      await act(cartId(1), addItem({ itemId: "item-3" }), addItem({ itemId: "item-4" }));
      expect(await rowOf(1)).to.deep.include({ misses: 0, given_up_at: null });
      passMinutes(60);
      await newWorker().workOff();
      expect((await eventsOf(cartId(1))).at(-1)).to.equal("CartAbandoned");
    });

    it("are tried again at once by a worker whose event store is the primary", async () => {
      await restored(3);
      const proxy = await rewritingProxy(abandonment.urls().events, { from: "@@GLOBAL.read_only", to: "1".padEnd(18) });
      const replica = openEventStorePool({ url: proxy.url, connectionLimit: 2 });
      try {
        const refused = await newWorker({ eventStore: replica })
          .workOff()
          .catch((error: unknown) => String(error));
        expect(refused).to.contain("the MySQL server is read-only");
        expect(await newWorker().workOff()).to.equal(2);
      } finally {
        await replica.end();
        proxy.close();
      }
    });
  });
});

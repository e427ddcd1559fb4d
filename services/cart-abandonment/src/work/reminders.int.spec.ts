import { expect } from "chai";
import { addItem, cartId, policy, useAbandonment } from "../testing/useAbandonment.ts";
import { deleteExpired } from "../shoppers/startShopperPurge.ts";

describe("reminders", () => {
  const abandonment = useAbandonment();
  const { act, choose, decide, deliver, eventsOf, newWorker, now, passMinutes, setClock, timers } = abandonment;

  /** Works off timers until none is due. */
  const workOffAll = async (): Promise<readonly string[]> => {
    const { workOff, outcomes } = newWorker();
    while ((await workOff()) > 0);
    return outcomes;
  };
  /** The steps and times of the cart's reminders. */
  const remindersOf = async (id: string): Promise<unknown> =>
    (await abandonment.cartEvents())
      .filter(({ event_type: type, aggregate_id: aggregateId }) => type === "CartAbandonmentReminderDue" && aggregateId === id)
      .map(({ event_data: data, created_at: at }) => [
        (data as { step: number }).step,
        at instanceof Date ? at.toISOString().slice(0, 16) : at,
      ]);

  describe("whose times fall into one quiet time", () => {
    const quietNight = { abandonedMinutes: 60, quietTimeFrom: "22:00:00", quietTimeTo: "08:00:00", reminders: [30, 60, 90, 900] };
    /** The cart is abandoned at 21:45, so its first three reminders fall into the night. */
    const leave = async (): Promise<void> => {
      setClock("2026-06-10T20:45:00Z");
      await act(cartId(1), addItem());
      setClock("2026-06-10T21:45:00Z");
      await workOffAll();
      setClock("2026-06-10T22:15:00Z");
      expect(await workOffAll()).to.deep.equal(["quiet"]);
      setClock("2026-06-11T08:00:00Z");
      await workOffAll();
    };

    it("are one at its end, and the overtaken steps are skipped", async () => {
      await deliver(await choose(policy(quietNight)));
      await leave();
      expect(await remindersOf(cartId(1))).to.deep.equal([[3, "2026-06-11T08:00"]]);
      expect(await timers()).to.deep.equal({ 1: "4 2026-06-11T12:45:00" });
    });

    it("are one at its end, and the overtaken steps keep their distance, if the policy says so", async () => {
      await deliver(await choose(policy({ ...quietNight, overtakenReminders: "move" })));
      await leave();
      expect(await remindersOf(cartId(1))).to.deep.equal([[1, "2026-06-11T08:00"]]);
      const rest = ["2026-06-11T08:30:00Z", "2026-06-11T09:00:00Z", "2026-06-11T22:30:00Z", "2026-06-12T08:00:00Z"];
      for (const time of rest) {
        setClock(time);
        await workOffAll();
      }
      expect(await remindersOf(cartId(1))).to.deep.equal([
        [1, "2026-06-11T08:00"],
        [2, "2026-06-11T08:30"],
        [3, "2026-06-11T09:00"],
        [4, "2026-06-12T08:00"],
      ]);
    });
  });

  describe("of a user who has purchased with another cart", () => {
    beforeEach(async () => {
      await deliver(await choose(policy({ abandonedMinutes: 60, reminders: [30, 60] })));
      await act(cartId(1), addItem());
      await act(cartId(2), addItem({ userId: "user-2" }));
    });
    const purchase = async (n: number, userId: string): Promise<void> =>
      act(cartId(n), addItem({ userId }), { type: "PurchaseCart", orderId: `order-${n}` });

    it("end, and the other users' reminders go on", async () => {
      passMinutes(60);
      await workOffAll();
      passMinutes(10);
      await purchase(3, "user-1");
      passMinutes(20);
      expect(await workOffAll()).to.have.members(["ended", "reminded"]);
      expect(await remindersOf(cartId(1))).to.deep.equal([]);
      expect(await timers()).to.deep.equal({ 2: "2 2026-06-10T14:00:00" });
    });

    it("end too if the purchase came before the abandonment, but the cart is abandoned", async () => {
      passMinutes(30);
      await purchase(3, "user-1");
      passMinutes(30);
      await workOffAll();
      expect(await eventsOf(cartId(1))).to.include("CartAbandoned");
      passMinutes(30);
      await workOffAll();
      expect(await remindersOf(cartId(1))).to.deep.equal([]);
    });

    it("begin again once the user has used the cart after the purchase", async () => {
      passMinutes(10);
      await purchase(3, "user-1");
      passMinutes(10);
      await act(cartId(1), addItem());
      passMinutes(60);
      await workOffAll();
      passMinutes(30);
      await workOffAll();
      expect(await remindersOf(cartId(1))).to.deep.equal([[1, "2026-06-10T13:50"]]);
    });

    it("end although the purchased cart had no timer any more, and its message came twice and late", async () => {
      await act(cartId(3), addItem());
      passMinutes(60);
      await workOffAll();
      passMinutes(60);
      await workOffAll();
      expect(await timers()).to.deep.equal({});
      await act(cartId(1), addItem());
      passMinutes(60);
      await workOffAll();
      const messages = await decide(cartId(3), { type: "PurchaseCart", orderId: "order-3" });
      passMinutes(1);
      for (const each of [messages, messages]) await deliver(each);
      passMinutes(29);
      await workOffAll();
      expect(await remindersOf(cartId(1))).to.have.length(1);
      expect(await timers()).to.deep.equal({});
    });

    it("end although the message of the purchase could not be read", async () => {
      passMinutes(60);
      await workOffAll();
      const messages = await decide(cartId(3), addItem(), { type: "PurchaseCart", orderId: "order-3" });
      await deliver(messages.map((message) => ({ ...message, value: Buffer.from("{") })));
      await workOffAll();
      passMinutes(30);
      await workOffAll();
      expect(await remindersOf(cartId(1))).to.deep.equal([]);
    });
  });

  describe("of a policy that bounds them for a user and day", () => {
    const bounded = (max: number) =>
      policy({ abandonedMinutes: 60, reminders: [30, 60], maxRemindersPerDay: max, timeZone: "Europe/Berlin" });

    it("wait for the next day of the policy's time zone, whichever cart they are of", async () => {
      await deliver(await choose(bounded(1)));
      for (const n of [1, 2]) await act(cartId(n), addItem());
      await act(cartId(3), addItem({ userId: "user-2" }));
      passMinutes(60);
      await workOffAll();
      passMinutes(30);
      expect(await workOffAll()).to.have.members(["reminded", "limited", "reminded"]);
      passMinutes(30);
      await workOffAll();
      expect((await abandonment.cartEvents()).filter(({ event_type: type }) => type === "CartAbandonmentReminderDue")).to.have.length(2);
      const midnight = "2026-06-10T22:00:00";
      expect(Object.values(await timers()).map((timer) => timer.slice(2))).to.deep.equal([midnight, midnight, midnight]);
      setClock(`${midnight}Z`);
      expect(await workOffAll()).to.have.members(["reminded", "limited", "reminded"]);
    });

    it("are not more although each short visit begins the series again", async () => {
      await deliver(await choose(bounded(2)));
      for (let visit = 0; visit < 4; visit += 1) {
        await act(cartId(1), addItem());
        passMinutes(60);
        await workOffAll();
        passMinutes(30);
        await workOffAll();
      }
      expect(await remindersOf(cartId(1))).to.have.length(2);
    });

    it("are not more although two workers decide on two carts of the user at the same moment", async () => {
      await deliver(await choose(bounded(1)));
      for (let n = 1; n <= 40; n += 1) await act(cartId(n), addItem());
      passMinutes(60);
      await workOffAll();
      passMinutes(30);
      const workers = [1, 2, 3, 4].map(() => newWorker({ limit: 5 }));
      await Promise.all(
        workers.map(async ({ workOff }) => {
          while ((await workOff()) > 0);
        }),
      );
      expect(workers.flatMap(({ outcomes }) => outcomes).filter((outcome) => outcome === "reminded")).to.have.length(1);
    });

    it("keep their slot while the event store refuses them, so that an outage uses up no day", async () => {
      await deliver(await choose(bounded(1)));
      await act(cartId(1), addItem());
      passMinutes(60);
      await workOffAll();
      passMinutes(30);
      const handler = abandonment.newHandler();
      const failing = newWorker({ handler: { ...handler, handle: () => Promise.reject(new Error("as the spec wants")) } });
      await failing.workOff();
      passMinutes(1);
      expect(await workOffAll()).to.deep.equal(["reminded"]);
    });
  });

  it("keep what they need of their users for as long as they may need it", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60, reminders: [30], maxRemindersPerDay: 1 })));
    await act(cartId(1), addItem());
    await act(cartId(2), addItem({ userId: "user-2" }), { type: "PurchaseCart", orderId: "order-1" });
    passMinutes(60);
    await workOffAll();
    passMinutes(30);
    await workOffAll();
    const counts = async () =>
      abandonment.query("SELECT (SELECT COUNT(*) FROM purchases) AS purchases, (SELECT COUNT(*) FROM reminder_slots) AS slots");
    for (const [days, purchases, slots] of [
      [0, 1, 1],
      [4, 1, 0],
      [80, 1, 0],
      [10, 0, 0],
    ] as const) {
      passMinutes(days * 1440);
      await deleteExpired(abandonment.pool(), now(), 100);
      expect(await counts(), `after ${days} more days`).to.deep.equal([{ purchases, slots }]);
    }
  });
});

describe("a cart that was left at checkout", () => {
  const abandonment = useAbandonment();
  const { act, choose, deliver, eventsOf, newWorker, passMinutes, timers } = abandonment;

  beforeEach(async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60, checkoutAbandonedMinutes: 120, reminders: [30] })));
    await act(cartId(1), addItem(), { type: "SubmitCart" });
    passMinutes(119);
    expect(await newWorker().workOff()).to.equal(0);
    passMinutes(1);
    await newWorker().workOff();
  });

  it("is abandoned with an event that says so, and its customer is reminded", async () => {
    const abandoned = (await abandonment.cartEvents()).find(({ event_type: type }) => type === "CartAbandoned");
    expect(abandoned?.["event_data"]).to.deep.equal({
      last_activity_at: "2026-06-10T12:00:00.000Z",
      abandoned_after_minutes: 120,
      stage: "checkout",
    });
    expect(await timers()).to.deep.equal({ 1: "1 2026-06-10T14:30:00" });
    passMinutes(30);
    await newWorker().workOff();
    expect((await eventsOf(cartId(1))).at(-1)).to.equal("CartAbandonmentReminderDue");
  });

  it("is reopened by its customer's next command, and can be purchased", async () => {
    await act(cartId(1), { type: "PurchaseCart", orderId: "order-1" });
    expect((await eventsOf(cartId(1))).slice(-3)).to.deep.equal(["CartAbandoned", "CartReopened", "CartPurchased"]);
    expect(await timers()).to.deep.equal({});
  });
});

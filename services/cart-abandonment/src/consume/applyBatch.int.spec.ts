import type { ConsumedMessage } from "@cart/messaging";
import { NotPrimaryError } from "@cart/mysql";
import { leavingPrimary } from "@cart/mysql/testing";
import { expect } from "chai";
import { addItem, cartId, policy, useAbandonment } from "../testing/useAbandonment.ts";

/** Returns the message with a value that is not JSON. */
const broken = (message: ConsumedMessage): ConsumedMessage => ({ ...message, value: Buffer.from("{") });

describe("a batch of messages", () => {
  const abandonment = useAbandonment();
  const { act, choose, decide, deliver, passMinutes, timers } = abandonment;

  it("sets one timer for each open cart, and each activity moves it", async () => {
    await deliver(await choose(policy({ abandonedMinutes: 60 })));
    await act(cartId(1), addItem());
    await act(cartId(2), addItem());
    passMinutes(10);
    await act(cartId(1), addItem({ itemId: "item-2" }), { type: "ChangeItem", lineId: "item-2", quantity: 3 });
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T13:10:00", 2: "0 2026-06-10T13:00:00" });
  });

  it("sets the timer of a submitted cart by the limit for carts at checkout, which a policy may not have", async () => {
    await deliver(await choose(policy({ checkoutAbandonedMinutes: 90 })));
    await act(cartId(1), addItem(), { type: "SubmitCart" });
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T13:30:00" });
    await deliver(await choose(policy()));
    await abandonment.moveTimers();
    expect(await timers()).to.deep.equal({ 1: "0 never" });
    await act(cartId(1), { type: "ReopenCart" });
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T13:00:00" });
  });

  it("ends the timer of a cart that is bought, merged or cleared", async () => {
    await deliver(await choose(policy()));
    for (const n of [1, 2, 3, 4, 5]) await act(cartId(n), addItem());
    await act(cartId(2), { type: "PurchaseCart", orderId: "order-1" });
    await act(cartId(3), { type: "ClearCart" });
    expect(Object.keys(await timers())).to.deep.equal(["1", "4", "5"]);
    await act(cartId(1), { type: "ClearCart" });
    passMinutes(5);
    await act(cartId(1), addItem());
    // The tenant was deleted with the timer, so the timer is due at once and the worker reads the event store.
    expect((await timers())[1]).to.equal("0 2026-06-10T12:05:00");
  });

  it("waits for the primary if it has to read who has bought a cart", async () => {
    const messages = await decide(cartId(1), addItem(), { type: "PurchaseCart", orderId: "order-1" });
    const { pool, leave, close } = await leavingPrimary(abandonment.urls().events);
    try {
      leave();
      expect(await deliver(messages, pool).catch((error: unknown) => error)).to.be.instanceOf(NotPrimaryError);
    } finally {
      await close();
    }
    await deliver(messages);
    expect(await abandonment.query("SELECT user_id FROM purchases")).to.have.length(1);
  });

  it("has the same result however often, how late and in which batches the messages arrive", async () => {
    await deliver(await choose(policy()));
    const history = await decide(cartId(1), addItem(), addItem({ itemId: "item-2" }));
    passMinutes(7);
    history.push(...(await decide(cartId(1), addItem({ itemId: "item-3" }))));
    await deliver(history);
    const once = await abandonment.query("SELECT * FROM timers");
    for (const messages of [history, history.toReversed(), ...history.map((message) => [message])]) await deliver(messages);
    expect(await abandonment.query("SELECT * FROM timers")).to.deep.equal(once);

    await abandonment.pool().query("DELETE FROM timers");
    for (const message of history) await deliver([message]);
    expect(await abandonment.query("SELECT * FROM timers")).to.deep.equal(once);
  });

  it("keeps the timers of a tenant without a policy until the tenant has one", async () => {
    await act(cartId(1), addItem());
    expect(await timers()).to.deep.equal({ 1: "0 never" });
    await deliver(await choose(policy({ abandonedMinutes: 30 })));
    await abandonment.moveTimers();
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T12:30:00" });
  });

  it("applies each version of a policy once, and never goes back to an older one", async () => {
    const first = await choose(policy({ abandonedMinutes: 30 }));
    await deliver(first);
    const second = await choose(policy({ abandonedMinutes: 20, quietTimeFrom: "22:00:00", quietTimeTo: "08:00:00", reminders: [5, 10] }));
    await deliver([...second, ...first, ...second.map(broken)]);
    await deliver(first);
    expect(await abandonment.query("SELECT * FROM policies")).to.deep.equal([
      {
        tenant_id: "shop-1",
        version: 2,
        abandoned_minutes: 20,
        quiet_time_from: "22:00:00",
        quiet_time_to: "08:00:00",
        time_zone: "UTC",
        reminders: [5, 10],
        moving: 1,
        checkout_abandoned_minutes: null,
        overtaken_reminders: "skip",
        max_reminders_per_day: null,
      },
    ]);
  });

  it("makes a cart's timer due at once for an unreadable message, so that the event store is read", async () => {
    await deliver(await choose(policy()));
    const [created, added] = await decide(cartId(1), addItem());
    if (created === undefined || added === undefined) throw new Error("a cart has two events at first");
    passMinutes(3);
    const { incoming } = await deliver([broken(created), broken(added)]);
    expect(incoming.map(({ kind }) => kind)).to.deep.equal(["CART", "CART"]);
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T12:03:00" });
    await abandonment.newWorker().workOff();
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T13:00:00" });
  });

  it("takes no tenant from a message that does not match its type, and makes the timer due at once", async () => {
    await deliver(await choose(policy()));
    const messages = await decide(cartId(1), addItem());
    const [created] = messages;
    if (created === undefined) throw new Error("a cart has events");
    passMinutes(3);
    for (const data of [null, {}, { tenant_id: "" }, { tenant_id: 1 }, { tenant_id: "x".repeat(65) }]) {
      const { incoming } = await deliver([{ ...created, value: Buffer.from(JSON.stringify(data)) }]);
      expect(incoming.map(({ kind }) => kind)).to.deep.equal(["CART"]);
      expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T12:03:00" });
    }
    await abandonment.newWorker().workOff();
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T13:00:00" });
  });

  it("makes the timer due at once if messages are missing, even after the end of a cart", async () => {
    await deliver(await choose(policy()));
    await act(cartId(1), addItem());
    const [, missing, last] = [...(await decide(cartId(1), { type: "SubmitCart" }, { type: "ReopenCart" }, addItem()))];
    await act(cartId(2), addItem());
    const [cleared] = await decide(cartId(2), { type: "ClearCart" }, addItem({ itemId: "item-2" }), addItem({ itemId: "item-3" }));
    if (missing === undefined || last === undefined || cleared === undefined) throw new Error("each command has one event");
    passMinutes(3);
    const [, , newest] = await decide(cartId(2), addItem(), addItem(), addItem());
    if (newest === undefined) throw new Error("each command has one event");
    await deliver([last, cleared, newest]);
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T12:03:00", 2: "0 2026-06-10T12:03:00" });
    await abandonment.newWorker().workOff();
    expect(await timers()).to.deep.equal({ 1: "0 2026-06-10T13:00:00", 2: "0 2026-06-10T13:03:00" });
  });

  it("leaves no timer for a message that names no cart, another aggregate type, or a cart that does not exist", async () => {
    const [message] = await decide(cartId(1), addItem());
    if (message === undefined) throw new Error("a cart has events");
    const foreign = { ...message, headers: { ...message.headers, ce_aggregatetype: Buffer.from("Order") } };
    const nameless = { ...broken(message), key: null, headers: {} };
    const { incoming } = await deliver([foreign, nameless, { ...nameless, topic: "ec.tenant-policy-events" }]);
    expect(incoming.map(({ kind }) => kind)).to.deep.equal(["UNREADABLE", "UNREADABLE", "UNREADABLE"]);
    expect(await timers()).to.deep.equal({});

    await deliver([{ ...broken(message), key: Buffer.from(cartId(404)), headers: {} }]);
    await abandonment.newWorker().workOff();
    expect(await timers()).to.deep.equal({});
  });
});

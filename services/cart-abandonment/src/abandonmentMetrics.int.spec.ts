import { expect } from "chai";
import { Registry } from "prom-client";
import { createAbandonmentMetrics } from "./abandonmentMetrics.ts";
import { addItem, cartId, policy, useAbandonment } from "./testing/useAbandonment.ts";

describe("the metrics of the service", () => {
  const abandonment = useAbandonment();
  const { act, choose, decide, deliver, now, passMinutes } = abandonment;

  const shown = async (): Promise<Record<string, string>> => {
    const registry = new Registry();
    createAbandonmentMetrics({ registry, pool: abandonment.pool(), now, lag: () => Promise.reject(new Error("away")) });
    const lines = (await registry.metrics()).matchAll(/^cart_timers_(pending|due|oldest_due_seconds) (\S+)$/gm);
    return Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
  };

  it("count the pending and the due timers, and say for how long the oldest has been due", async () => {
    expect(await shown()).to.deep.equal({ pending: "0", due: "0", oldest_due_seconds: "0" });
    await deliver(await choose(policy({ abandonedMinutes: 60 })));
    await act(cartId(1), addItem());
    passMinutes(50);
    await act(cartId(2), addItem());
    await act(cartId(3), addItem({ defaults: { tenantId: "without a policy", currency: "USD" } }));
    expect(await shown()).to.deep.equal({ pending: "2", due: "0", oldest_due_seconds: "0" });
    passMinutes(10.5);
    expect(await shown()).to.deep.equal({ pending: "2", due: "1", oldest_due_seconds: "30" });
  });

  it("omit the gauges while the database does not answer", async () => {
    await abandonment.pool().query("RENAME TABLE timers TO away");
    expect(await shown()).to.deep.equal({});
    await abandonment.pool().query("RENAME TABLE away TO timers");
  });

  it("count unreadable messages by what was done with them", async () => {
    const registry = new Registry();
    const metrics = createAbandonmentMetrics({ registry, pool: abandonment.pool(), now, lag: () => Promise.resolve([]) });
    const broken = (await decide(cartId(1), addItem())).map((message) => ({ ...message, value: null }));
    const nameless = { topic: "ec.cart-events", partition: 0, offset: "9", key: null, value: null, headers: {} };
    metrics.applied(await deliver([...broken, nameless]));
    const text = await registry.metrics();
    expect(text).to.contain('cart_timer_messages_unreadable_total{result="looked_up"} 2');
    expect(text).to.contain('cart_timer_messages_unreadable_total{result="skipped"} 1');
    expect(text).to.contain("cart_timers_changed_total 1");
  });
});

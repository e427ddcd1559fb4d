import { eventRow } from "@cart/event-store/testing";
import { uuidToBytes } from "@cart/mysql";
import { expect } from "chai";
import { cartId, policy, useAbandonment } from "../testing/useAbandonment.ts";

/** The number of timers. `CART_TIMERS=100000 npm test -- --filter=@cart/cart-abandonment` tests more. */
const count = Number(process.env["CART_TIMERS"] ?? 5_000);
const megabyte = 2 ** 20;

describe(`${count} timers that are due at once`, () => {
  const abandonment = useAbandonment();

  /** Stores the carts and timers that result if each cart gets its only item now. */
  const open = async (): Promise<void> => {
    const [now, due] = [abandonment.now(), new Date(abandonment.now().getTime() + 3_600_000)];
    const created = { user_id: "user-1", tenant_id: "shop-1", currency: "USD" };
    const added = { item_id: "item-1", quantity: 1, unit_price: 1_000 };
    for (let from = 0; from < count; from += 2_000) {
      const carts = Array.from({ length: Math.min(2_000, count - from) }, (_, n) => uuidToBytes(cartId(from + n + 1)));
      const events = carts.flatMap((id) => [
        eventRow({ aggregate_id: id, version: 1, event_type: "CartCreated", event_data: created, created_at: now }),
        eventRow({ aggregate_id: id, version: 2, event_type: "ItemAddedToCart", event_data: added, created_at: now }),
      ]);
      await abandonment.tables().events.insert(events);
      await abandonment.insertTimers(carts.map((id) => ({ cartId: id, tenantId: "shop-1", dueAt: due })));
    }
  };

  it("are worked off batch by batch, in bounded memory", async function () {
    this.timeout(300_000);
    await abandonment.deliver(await abandonment.choose(policy({ abandonedMinutes: 60 })));
    await open();
    abandonment.passMinutes(60);

    const { workOff } = abandonment.newWorker({ limit: 1_000, onOutcome: () => undefined });
    const memory: number[] = [];
    const started = performance.now();
    while ((await workOff()) > 0) memory.push(process.memoryUsage().rss);
    const seconds = (performance.now() - started) / 1_000;

    const grown = (Math.max(...memory) - (memory[0] ?? 0)) / megabyte;
    process.stderr.write(
      `${count} timers in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)}/s; ${grown.toFixed(0)} MB more after the first batch\n`,
    );
    const abandoned = await abandonment.tables().events.rows({ event_type: "CartAbandoned" });
    expect([abandoned.length, new Set(abandoned.map(({ aggregate_id: id }) => id)).size]).to.deep.equal([count, count]);
    expect(await abandonment.timers()).to.deep.equal({});
    expect(grown).to.be.lessThan(150);
  });
});

import { randomUUID } from "node:crypto";
import { cartEventCodec, type CartEvent } from "@cart/domain";
import { eventRow, eventStoreTables } from "@cart/event-store/testing";
import { expect } from "chai";
import { describeConsole, person, soon } from "./describeConsole.ts";

/** The most events that a cart may have by the default limits. */
const events = 10_000;
const lines = 500;
const columns = { correlation_id: "large", causation_id: "large" };

/** A cart with a line for each of 50 items, whose quantity changes again and again. */
const streamOf = (length: number): readonly CartEvent[] => [
  { type: "CartCreated", data: { user_id: "user-1", tenant_id: "default", currency: "USD" } },
  ...Array.from({ length: length - 1 }, (_, n): CartEvent =>
    n < 50
      ? {
          type: "ItemAddedToCart",
          data: { line_id: `item-${n}`, item_id: `item-${n}`, quantity: 1, unit_price: 1_000, previous_unit_price: null },
        }
      : { type: "ItemQuantityChanged", data: { line_id: `item-${n % 50}`, item_id: `item-${n % 50}`, quantity: 1 + (n % 90) } },
  ),
];

describeConsole("large carts in a browser", ({ eventStore, page, signIn, go, addItem, confirm, assertFits, screenshot }) => {
  it(`rebuilds a cart of ${events} events, shows its progress, and scrolls its stream without a stop`, async () => {
    const cart = randomUUID();
    const { events: table } = eventStoreTables(eventStore.pool());
    const stored = streamOf(events).map((event, n) =>
      eventRow({
        aggregate_id: cart,
        version: n + 1,
        event_type: event.type,
        schema_version: cartEventCodec.currentVersion(event.type),
        event_data: event.data,
        metadata: columns,
      }),
    );
    for (let from = 0; from < stored.length; from += 1_000) await table.insert(stored.slice(from, from + 1_000));

    await signIn(person, "/repair/checks");
    await page().getByRole("button", { name: "Rebuild all", exact: true }).click();
    await confirm("Start", "It has started");
    const job = page().getByRole("article").filter({ hasText: "Rebuild of everything" }).first();
    await job.getByText("Done", { exact: true }).waitFor({ timeout: 120_000 });

    await go(`/carts/${cart}`);
    await page().getByText("10,000 events").waitFor({ timeout: 90_000 });
    const list = page().getByRole("list", { name: "Events, newest first" });
    const measured = await list.evaluate(async (element) => {
      const frames: number[] = [];
      let most = 0;
      let last = await new Promise<number>((resolve) => void requestAnimationFrame(resolve));
      for (let step = 0; step <= 200; step += 1) {
        element.scrollTop = (element.scrollHeight * step) / 200;
        const now = await new Promise<number>((resolve) => void requestAnimationFrame(resolve));
        frames.push(now - last);
        last = now;
        most = Math.max(most, element.querySelectorAll('[role="listitem"]').length);
      }
      return { most, median: frames.toSorted((a, b) => a - b)[100] ?? 0 };
    });
    expect(measured.most, "rows that exist at a time").to.be.lessThan(40);
    // A frame has 17 ms on a machine that does nothing else.
    expect(measured.median, "milliseconds of a frame").to.be.lessThan(100);
    await list.getByText("Cart created").waitFor();

    // The slider goes to a version in the middle, which is folded from the events.
    const begin = performance.now();
    await go(`/carts/${cart}?version=5000`);
    await page().getByText("at version 5,000").waitFor(soon);
    expect(performance.now() - begin, "milliseconds until a version in the middle").to.be.lessThan(10_000);
    await screenshot("cart-10000-events");
  });

  it(`shows a cart of ${lines} lines`, async () => {
    const cart = randomUUID();
    for (let n = 0; n < lines; n += 1) await addItem(cart, { item_id: `item-${n}`, name: `Thing no. ${n}`, price: 1.5 });
    await signIn(person, "/carts");
    const begin = performance.now();
    await go(`/carts/${cart}`);
    const shown = page().getByRole("region", { name: "The cart", exact: true });
    await shown.getByText("Thing no. 499").waitFor(soon);
    expect(performance.now() - begin, "milliseconds until the last line is there").to.be.lessThan(10_000);
    expect(await shown.locator("tbody tr").count()).to.equal(lines);
    await shown.getByText("$750.00").waitFor();
    await assertFits("a cart of 500 lines");
    await screenshot("cart-500-lines");
  });
});

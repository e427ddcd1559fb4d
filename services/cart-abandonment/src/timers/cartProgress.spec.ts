import type { CartEvent } from "@cart/domain";
import { expect } from "chai";
import { type CartProgress, followCart, type TimerEvent, unknownCart } from "./cartProgress.ts";

const at = (minute: number): Date => new Date(Date.UTC(2026, 5, 10, 12, minute));

/** Returns the time of an event: event `version` occurs at minute `version`. */
const event = (version: number, type: string, decoded?: CartEvent): TimerEvent => ({
  version,
  type,
  occurredAt: at(version),
  event: decoded,
});
const created = event(1, "CartCreated", { type: "CartCreated", data: { user_id: "user-1", tenant_id: "shop-1", currency: "USD" } });
const reminderDue = (version: number, step: number): TimerEvent =>
  event(version, "CartAbandonmentReminderDue", { type: "CartAbandonmentReminderDue", data: { step, after_minutes: 30 } });
const added = (version: number): TimerEvent => event(version, "ItemAddedToCart");

const open = (version: number): CartProgress => ({ version, tenantId: "shop-1", waitsFor: { step: 0, since: at(version) } });
const follow = (before: CartProgress, ...events: readonly TimerEvent[]) => followCart(before, events);

describe("followCart", () => {
  it("waits from the last activity on", () => {
    expect(follow(unknownCart, created, added(2))).to.deep.equal({ progress: open(2), isBehind: false });
    for (const type of ["ItemQuantityChanged", "ItemRemovedFromCart", "CartMergedFrom", "CartReopened"]) {
      expect(follow(open(2), event(3, type)).progress, type).to.deep.equal(open(3));
    }
  });

  it("waits anew if a waiting cart is claimed, and for nothing if a cart at checkout is", () => {
    expect(follow(open(2), event(3, "CartClaimed")).progress).to.deep.equal(open(3));
    const submitted = follow(open(2), event(3, "CartSubmitted")).progress;
    expect(follow(submitted, event(4, "CartClaimed")).progress).to.deep.equal({ ...submitted, version: 4 });
  });

  it("goes on waiting if the shop changes a price", () => {
    expect(follow(open(2), event(3, "ItemPriceChanged")).progress).to.deep.equal({ ...open(2), version: 3 });
    const abandoned = follow(open(2), event(3, "CartAbandoned")).progress;
    expect(follow(abandoned, event(4, "ItemPriceChanged")).progress).to.deep.equal({ ...abandoned, version: 4 });
  });

  it("waits for nothing after the cart is submitted, bought, merged or cleared, until it is used again", () => {
    for (const type of ["CartCleared", "CartSubmitted", "CartPurchased", "CartMergedInto"]) {
      const ended = follow(open(2), event(3, type)).progress;
      expect(ended, type).to.deep.equal({ version: 3, tenantId: "shop-1", waitsFor: undefined });
    }
    expect(follow(open(2), event(3, "CartSubmitted"), event(4, "CartReopened")).progress).to.deep.equal(open(4));
  });

  it("waits for one reminder after the other once the cart is abandoned, and for abandonment again once the customer is back", () => {
    const abandoned = follow(open(2), event(3, "CartAbandoned")).progress;
    expect(abandoned.waitsFor).to.deep.equal({ step: 1, since: at(3) });
    const reminded = follow(abandoned, reminderDue(4, 1)).progress;
    expect(reminded.waitsFor).to.deep.equal({ step: 2, since: at(3) });
    expect(follow(reminded, reminderDue(5, 4)).progress.waitsFor).to.deep.equal({
      step: 5,
      since: at(3),
    });
    expect(follow(reminded, event(5, "CartReopened"), added(6)).progress).to.deep.equal(open(6));
  });

  it("skips events that it has already, in any order", () => {
    const events = [created, added(2), added(3)];
    expect(follow(open(3), ...events.toReversed(), ...events)).to.deep.equal({ progress: open(3), isBehind: false });
    const bought = { version: 4, tenantId: "shop-1", waitsFor: undefined };
    expect(follow(bought, added(3), created)).to.deep.equal({ progress: bought, isBehind: false });
  });

  it("never jumps a gap, and reports the gap until it is closed", () => {
    expect(follow(open(2), added(4))).to.deep.equal({ progress: open(2), isBehind: true });
    expect(follow(open(2), added(4), added(3))).to.deep.equal({ progress: open(3), isBehind: true });
    expect(follow(open(2), added(4), added(3), added(4))).to.deep.equal({ progress: open(4), isBehind: false });
  });

  it("begins with any activity of an unknown cart, and learns the tenant when the first event arrives", () => {
    const begun = follow(unknownCart, added(7)).progress;
    expect(begun).to.deep.equal({ version: 7, tenantId: undefined, waitsFor: { step: 0, since: at(7) } });
    expect(follow(begun, created)).to.deep.equal({ progress: open(7), isBehind: false });
    for (const type of ["CartPurchased", "CartAbandoned", "CartAbandonmentReminderDue"]) {
      expect(follow(unknownCart, event(7, type)).progress, type).to.deep.equal(unknownCart);
    }
  });

  it("continues past an event of a newer program, and applies a known event type even in an unknown schema version", () => {
    expect(follow(open(2), event(3, "CartPainted")).progress).to.deep.equal({ ...open(2), version: 3 });
    expect(follow(unknownCart, event(1, "CartCreated")).progress).to.deep.equal({ ...open(1), tenantId: undefined });
  });
});

import type { CartEvent } from "@cart/domain";
import { expect } from "chai";
import { activity, type CartProgress, followCart, type TimerEvent, unknownCart } from "./cartProgress.ts";

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

const owner = { tenantId: "shop-1", userId: "user-1" };
const open = (version: number): CartProgress => ({ version, ...owner, waitsFor: activity(at(version)) });
const follow = (before: CartProgress, ...events: readonly TimerEvent[]) => followCart(before, events);

describe("followCart", () => {
  it("waits from the last activity on", () => {
    expect(follow(unknownCart, created, added(2))).to.deep.equal({ progress: open(2), isBehind: false });
    for (const type of ["ItemQuantityChanged", "ItemRemovedFromCart", "CartMergedFrom", "CartReopened"]) {
      expect(follow(open(2), event(3, type)).progress, type).to.deep.equal(open(3));
    }
  });

  it("waits anew if a waiting cart is claimed, also at checkout, and for nothing if a finished one is", () => {
    expect(follow(open(2), event(3, "CartClaimed")).progress).to.deep.equal(open(3));
    const submitted = follow(open(2), event(3, "CartSubmitted")).progress;
    expect(follow(submitted, event(4, "CartClaimed")).progress.waitsFor).to.deep.equal({ ...activity(at(4)), stage: "checkout" });
    const cleared = follow(open(2), event(3, "CartCleared")).progress;
    expect(follow(cleared, event(4, "CartClaimed")).progress).to.deep.equal({ ...cleared, version: 4 });
  });

  it("knows the user to whom a cart was given", () => {
    const claimed: CartEvent = { type: "CartClaimed", data: { user_id: "user-2", previous_user_id: "user-1" } };
    expect(follow(open(2), { ...event(3, "CartClaimed"), event: claimed }).progress).to.deep.equal({ ...open(3), userId: "user-2" });
  });

  it("goes on waiting if the shop changes a price", () => {
    expect(follow(open(2), event(3, "ItemPriceChanged")).progress).to.deep.equal({ ...open(2), version: 3 });
    const abandoned = follow(open(2), event(3, "CartAbandoned")).progress;
    expect(follow(abandoned, event(4, "ItemPriceChanged")).progress).to.deep.equal({ ...abandoned, version: 4 });
  });

  it("waits for nothing after the cart is bought, merged or cleared, until it is used again", () => {
    for (const type of ["CartCleared", "CartPurchased", "CartMergedInto"]) {
      const ended = follow(open(2), event(3, type)).progress;
      expect(ended, type).to.deep.equal({ version: 3, ...owner, waitsFor: undefined });
    }
    expect(follow(open(2), event(3, "CartCleared"), event(4, "ItemAddedToCart")).progress).to.deep.equal(open(4));
  });

  it("waits at checkout once the cart is submitted, until it is reopened", () => {
    const submitted = follow(open(2), event(3, "CartSubmitted"));
    expect(submitted.progress.waitsFor).to.deep.equal({ ...activity(at(3)), stage: "checkout" });
    expect(follow(submitted.progress, event(4, "CartReopened")).progress).to.deep.equal(open(4));
    expect(follow(unknownCart, event(3, "CartSubmitted")).progress.waitsFor).to.deep.equal(submitted.progress.waitsFor);
  });

  it("waits for one reminder after the other once the cart is abandoned, and for abandonment again once the customer is back", () => {
    const abandoned = follow(open(2), event(3, "CartAbandoned")).progress;
    const wait = { ...activity(at(3)), step: 1, activeAt: at(2) };
    expect(abandoned.waitsFor).to.deep.equal(wait);
    const reminded = follow(abandoned, reminderDue(4, 1)).progress;
    expect(reminded.waitsFor).to.deep.equal({ ...wait, step: 2, remindedAt: at(4) });
    expect(follow(reminded, reminderDue(5, 4)).progress.waitsFor).to.deep.equal({ ...wait, step: 5, remindedAt: at(5) });
    expect(follow(reminded, event(5, "CartReopened"), added(6)).progress).to.deep.equal(open(6));
  });

  it("skips events that it has already, in any order", () => {
    const events = [created, added(2), added(3)];
    expect(follow(open(3), ...events.toReversed(), ...events)).to.deep.equal({ progress: open(3), isBehind: false });
    const bought = { version: 4, ...owner, waitsFor: undefined };
    expect(follow(bought, added(3), created)).to.deep.equal({ progress: bought, isBehind: false });
  });

  it("never jumps a gap, and reports the gap until it is closed", () => {
    expect(follow(open(2), added(4))).to.deep.equal({ progress: open(2), isBehind: true });
    expect(follow(open(2), added(4), added(3))).to.deep.equal({ progress: open(3), isBehind: true });
    expect(follow(open(2), added(4), added(3), added(4))).to.deep.equal({ progress: open(4), isBehind: false });
  });

  it("begins with any activity of an unknown cart, and learns the tenant when the first event arrives", () => {
    const begun = follow(unknownCart, added(7)).progress;
    expect(begun).to.deep.equal({ version: 7, tenantId: undefined, userId: undefined, waitsFor: activity(at(7)) });
    // The user is not learned, because an event in between may have given the cart to another user.
    expect(follow(begun, created)).to.deep.equal({ progress: { ...open(7), userId: undefined }, isBehind: false });
    for (const type of ["CartPurchased", "CartAbandoned", "CartAbandonmentReminderDue"]) {
      expect(follow(unknownCart, event(7, type)).progress, type).to.deep.equal(unknownCart);
    }
  });

  it("continues past an event of a newer program, and applies a known event type even in an unknown schema version", () => {
    expect(follow(open(2), event(3, "CartPainted")).progress).to.deep.equal({ ...open(2), version: 3 });
    expect(follow(unknownCart, event(1, "CartCreated")).progress).to.deep.equal({ ...open(1), tenantId: undefined, userId: undefined });
  });
});

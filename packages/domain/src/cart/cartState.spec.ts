import { expect } from "chai";
import { cartDecider } from "./cartAggregate.ts";
import type { CartEvent } from "./cartEvents.ts";
import { type Cart, cartSnapshots, itemCount, totalAmount } from "./cartState.ts";

const fold = (events: readonly CartEvent[]): Cart => events.reduce(cartDecider.evolve, cartDecider.initialState);

const created: CartEvent = { type: "CartCreated", data: { user_id: "user-1", tenant_id: "default", currency: "USD" } };
const added = (item_id: string, quantity: number, unit_price: number, name?: string): CartEvent => ({
  type: "ItemAddedToCart",
  data: { line_id: item_id, item_id, quantity, unit_price, previous_unit_price: null, ...(name === undefined ? {} : { name }) },
});

describe("evolve cart", () => {
  it("raises the quantity of a line, re-prices it and keeps its name and place", () => {
    const cart = fold([created, added("b", 1, 100, "Bowl"), added("a", 1, 50), added("b", 2, 120)]);
    if (cart.status !== "OPEN") throw new Error(`the cart is ${cart.status}`);
    expect([...cart.lines.values()]).to.deep.equal([
      { lineId: "b", itemId: "b", name: "Bowl", attributes: {}, quantity: 3, unitPrice: 120, position: 1 },
      { lineId: "a", itemId: "a", name: null, attributes: {}, quantity: 1, unitPrice: 50, position: 2 },
    ]);
    expect(totalAmount(cart)).to.equal(410);
    expect(itemCount(cart)).to.equal(4);
  });

  it("gives a line that was removed and added again a new place, without its former name", () => {
    const removed: CartEvent = { type: "ItemRemovedFromCart", data: { line_id: "b", item_id: "b" } };
    const cart = fold([created, added("b", 1, 100, "Bowl"), added("a", 1, 50), removed, added("b", 1, 100)]);
    expect(cart).to.have.property("nextPosition", 4);
    expect(cart.status === "OPEN" && [...cart.lines.values()]).to.deep.equal([
      { lineId: "a", itemId: "a", name: null, attributes: {}, quantity: 1, unitPrice: 50, position: 2 },
      { lineId: "b", itemId: "b", name: null, attributes: {}, quantity: 1, unitPrice: 100, position: 3 },
    ]);
  });

  it("sets merged lines to the event's values, and keeps a name that the event lacks", () => {
    const lines = [
      { line_id: "b", item_id: "b", quantity: 7, unit_price: 90 },
      { line_id: "c", item_id: "c", name: "Cup", quantity: 1, unit_price: 10 },
    ];
    const merged: CartEvent = { type: "CartMergedFrom", data: { source_cart_id: "other", strategy: "add", lines } };
    const cart = fold([created, added("b", 1, 100, "Bowl"), merged]);
    expect(cart.status === "OPEN" && [...cart.lines.values()]).to.deep.equal([
      { lineId: "b", itemId: "b", name: "Bowl", attributes: {}, quantity: 7, unitPrice: 90, position: 1 },
      { lineId: "c", itemId: "c", name: "Cup", attributes: {}, quantity: 1, unitPrice: 10, position: 2 },
    ]);
  });

  it("remembers an abandonment after the cart is reopened or purchased", () => {
    const abandoned: CartEvent = {
      type: "CartAbandoned",
      data: { last_activity_at: "2025-11-20T16:30:00.000Z", abandoned_after_minutes: 60, stage: "cart" },
    };
    const reminded: CartEvent = { type: "CartAbandonmentReminderDue", data: { step: 1, after_minutes: 60 } };
    const reopened: CartEvent = { type: "CartReopened", data: {} };
    const open = [created, added("a", 1, 50)];
    expect(fold(open)).to.include({ status: "OPEN", wasAbandoned: false });
    expect(fold([...open, abandoned])).to.include({ status: "ABANDONED", wasAbandoned: true, remindedStep: 0 });
    expect(fold([...open, abandoned, reminded])).to.include({ status: "ABANDONED", remindedStep: 1 });
    const again = fold([...open, abandoned, reminded, reopened]);
    expect(again).to.deep.equal({ ...fold(open), wasAbandoned: true });
    expect(cartDecider.evolve(again, { type: "CartPurchased", data: { order_id: "o", total_amount: 50 } })).to.include({
      status: "CLOSED",
      wasAbandoned: true,
    });
    expect(() => fold([...open, abandoned, added("a", 1, 50)])).to.throw("ItemAddedToCart cannot follow a cart that is ABANDONED");
  });

  it("does not mutate the given state", () => {
    const before = fold([created, added("a", 1, 50)]);
    const copy = structuredClone(before);
    cartDecider.evolve(before, added("a", 1, 70));
    expect(before).to.deep.equal(copy);
  });

  it("returns the same cart from a snapshot as from the stream", () => {
    const events = [created, added("b", 1, 100, "Bowl"), added("a", 1, 50)];
    const later: CartEvent = { type: "CartPurchased", data: { order_id: "o", total_amount: 150 } };
    const snapshot: unknown = JSON.parse(JSON.stringify(cartSnapshots.toJson(fold(events))));
    expect(cartDecider.evolve(cartSnapshots.fromJson(snapshot), later)).to.deep.equal(fold([...events, later]));
  });

  it("refuses to fold a stream that the decider cannot have written", () => {
    expect(() => fold([added("a", 1, 50)])).to.throw("ItemAddedToCart cannot follow a cart that is NONE, expected OPEN");
    const changed: CartEvent = { type: "ItemQuantityChanged", data: { line_id: "a", item_id: "a", quantity: 2 } };
    expect(() => fold([created, changed])).to.throw("ItemQuantityChanged cannot follow a cart without its line");
    const purchased: CartEvent = { type: "CartPurchased", data: { order_id: "o", total_amount: 0 } };
    expect(() => fold([created, purchased, purchased])).to.throw(
      "CartPurchased cannot follow a cart that is CLOSED, expected OPEN or SUBMITTED",
    );
  });
});

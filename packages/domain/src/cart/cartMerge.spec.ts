import { expect } from "chai";
import { DomainError } from "../domainError.ts";
import { cartDecider } from "./cartAggregate.ts";
import type { CartEvent } from "./cartEvents.ts";
import { decideMerge, type MergeCart, type MergeEvents, type MergeStrategy } from "./cartMerge.ts";
import { type Cart, itemCount } from "./cartState.ts";

const sourceCartId = "00000000-0000-4000-8000-000000000001";
const targetCartId = "00000000-0000-4000-8000-000000000002";
const merge = (strategy: MergeStrategy, changes: Partial<MergeCart> = {}): MergeCart => ({
  type: "MergeCart",
  sourceCartId,
  targetCartId,
  strategy,
  ...changes,
});

const created = (changes: object = {}): CartEvent => ({
  type: "CartCreated",
  data: { user_id: "guest-1", tenant_id: "default", currency: "USD", ...changes },
});
const added = (item_id: string, quantity: number, unit_price = 100, name?: string): CartEvent => ({
  type: "ItemAddedToCart",
  data: { item_id, quantity, unit_price, previous_unit_price: null, ...(name === undefined ? {} : { name }) },
});
const cart = (...events: readonly CartEvent[]): Cart => events.reduce(cartDecider.evolve, cartDecider.initialState);
const withLines = (count: number, prefix: string): Cart =>
  cart(created(), ...Array.from({ length: count }, (_, line) => added(`${prefix}-${line}`, 1)));

const submitted: CartEvent = { type: "CartSubmitted", data: { total_amount: 100, item_count: 1, line_count: 1 } };
const purchased: CartEvent = { type: "CartPurchased", data: { order_id: "order-1", total_amount: 100 } };
const mergedInto = (target_cart_id: string): CartEvent => ({ type: "CartMergedInto", data: { target_cart_id, strategy: "add" } });

const decided = (strategy: MergeStrategy, lines: Extract<CartEvent, { type: "CartMergedFrom" }>["data"]["lines"]): MergeEvents => ({
  source: [{ type: "CartMergedInto", data: { target_cart_id: targetCartId, strategy } }],
  target: [{ type: "CartMergedFrom", data: { source_cart_id: sourceCartId, strategy, lines } }],
});
const rejects = (code: string, field: string | undefined, work: () => unknown): void => {
  expect(work).to.throw(DomainError).that.includes({ code, field });
};

describe("merge", () => {
  const source = cart(created(), added("both", 2, 100, "Guest's"), added("new", 3, 50, "Cup"));
  const target = cart(created({ user_id: "user-1" }), added("own", 1), added("both", 5, 120));

  it("adds the quantities of items in both carts at the target's price, and copies the other lines", () => {
    expect(decideMerge(merge("add"), source, target)).to.deep.equal(
      decided("add", [
        { item_id: "both", quantity: 7, unit_price: 120 },
        { item_id: "new", name: "Cup", quantity: 3, unit_price: 50 },
      ]),
    );
  });

  it("keeps the greater quantity of items in both carts, and does not name unchanged lines", () => {
    expect(decideMerge(merge("max"), source, target)).to.deep.equal(
      decided("max", [{ item_id: "new", name: "Cup", quantity: 3, unit_price: 50 }]),
    );
    expect(decideMerge(merge("max"), target, source).target[0]?.data).to.deep.include({
      lines: [
        { item_id: "own", quantity: 1, unit_price: 100 },
        { item_id: "both", quantity: 5, unit_price: 100 },
      ],
    });
  });

  it("leaves both carts with events that can be replayed", () => {
    const events = decideMerge(merge("add"), source, target);
    const after = events.target.reduce(cartDecider.evolve, target);
    expect(after.status === "OPEN" && itemCount(after)).to.equal(11);
    expect(events.source.reduce(cartDecider.evolve, source)).to.include({ status: "MERGED", mergedInto: targetCartId });
  });

  it("reopens an abandoned source or target in the same decision", () => {
    const abandoned: CartEvent = {
      type: "CartAbandoned",
      data: { last_activity_at: "2025-11-20T16:30:00.000Z", abandoned_after_minutes: 60 },
    };
    const reopened: CartEvent = { type: "CartReopened", data: {} };
    const plain = decideMerge(merge("add"), source, target);
    const [leftSource, leftTarget] = [cartDecider.evolve(source, abandoned), cartDecider.evolve(target, abandoned)];
    expect(decideMerge(merge("add"), leftSource, target)).to.deep.equal({ ...plain, source: [reopened, ...plain.source] });
    expect(decideMerge(merge("add"), source, leftTarget)).to.deep.equal({ ...plain, target: [reopened, ...plain.target] });
    for (const [before, events] of [
      [leftSource, [reopened, ...plain.source]],
      [leftTarget, [reopened, ...plain.target]],
    ] as const) {
      expect(events.reduce(cartDecider.evolve, before)).to.include({ wasAbandoned: true });
    }
  });

  it("also closes an empty source", () => {
    expect(decideMerge(merge("add"), cart(created()), target)).to.deep.equal(decided("add", []));
  });

  it("appends no event if the source is already merged into the same target", () => {
    const merged = cart(created(), added("a", 1), mergedInto(targetCartId));
    for (const late of [target, cart(created(), added("a", 1), purchased)]) {
      expect(decideMerge(merge("max"), merged, late)).to.deep.equal({ source: [], target: [] });
    }
  });

  it("refuses to merge a cart into itself", () => {
    rejects("CART_MERGED_INTO_ITSELF", "target_cart_id", () => decideMerge(merge("add", { targetCartId: sourceCartId }), source, source));
  });

  it("refuses a source or a target that accepts no changes, and names the target if it is at fault", () => {
    const another = "00000000-0000-4000-8000-000000000003";
    const cases: readonly [code: string, cart: Cart][] = [
      ["CART_NOT_FOUND", cart()],
      ["CART_SUBMITTED", cart(created(), added("a", 1), submitted)],
      ["CART_CLOSED", cart(created(), added("a", 1), purchased)],
      ["CART_MERGED", cart(created(), added("a", 1), mergedInto(another))],
    ];
    for (const [code, frozen] of cases) {
      rejects(code, undefined, () => decideMerge(merge("add"), frozen, target));
      rejects(code, "target_cart_id", () => decideMerge(merge("add"), source, frozen));
    }
  });

  it("refuses a target of another tenant or in another currency", () => {
    rejects("CART_OF_ANOTHER_TENANT", "target_cart_id", () => decideMerge(merge("add"), source, cart(created({ tenant_id: "shop-2" }))));
    rejects("CURRENCY_MISMATCH", "target_cart_id", () => decideMerge(merge("add"), source, cart(created({ currency: "EUR" }))));
  });

  it("lets the target reach a limit, and refuses to exceed it", () => {
    expect(decideMerge(merge("add"), withLines(250, "a"), withLines(250, "b")).target).to.have.length(1);
    rejects("LINE_LIMIT_EXCEEDED", "target_cart_id", () => decideMerge(merge("add"), withLines(251, "a"), withLines(250, "b")));
    const [some, many] = [cart(created(), added("a", 500)), cart(created(), added("a", 501))];
    expect(decideMerge(merge("add"), some, some).target).to.have.length(1);
    rejects("QUANTITY_LIMIT_EXCEEDED", "target_cart_id", () => decideMerge(merge("add"), some, many));
    expect(decideMerge(merge("max"), some, many).target).to.have.length(1);
  });
});

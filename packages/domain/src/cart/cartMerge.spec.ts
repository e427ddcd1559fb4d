import { expect } from "chai";
import { DomainError } from "../domainError.ts";
import { cartDecider } from "./cartAggregate.ts";
import type { CartEvent } from "./cartEvents.ts";
import { defaultCartLimits } from "./cartLimits.ts";
import { decideMerge, decideMergeWithin, type MergeCart, type MergeEvents, type MergeStrategy } from "./cartMerge.ts";
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
  data: { line_id: item_id, item_id, quantity, unit_price, previous_unit_price: null, ...(name === undefined ? {} : { name }) },
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
        { line_id: "both", item_id: "both", quantity: 7, unit_price: 120 },
        { line_id: "new", item_id: "new", name: "Cup", quantity: 3, unit_price: 50 },
      ]),
    );
  });

  it("keeps the greater quantity of items in both carts, and does not name unchanged lines", () => {
    expect(decideMerge(merge("max"), source, target)).to.deep.equal(
      decided("max", [{ line_id: "new", item_id: "new", name: "Cup", quantity: 3, unit_price: 50 }]),
    );
    expect(decideMerge(merge("max"), target, source).target[0]?.data).to.deep.include({
      lines: [
        { line_id: "own", item_id: "own", quantity: 1, unit_price: 100 },
        { line_id: "both", item_id: "both", quantity: 5, unit_price: 100 },
      ],
    });
  });

  it("gives lines of the target the prices that the command names, whether they were moved or not", () => {
    const prices = [
      { lineId: "new", price: 0.6 },
      { lineId: "both", price: 1.2 },
      { lineId: "own", price: 0.9 },
    ];
    const priced = (line_id: string, unit_price: number, previous_unit_price: number): CartEvent => ({
      type: "ItemPriceChanged",
      data: { line_id, item_id: line_id, unit_price, previous_unit_price },
    });
    const events = decideMerge(merge("add", { prices }), source, target);
    expect(events.target.slice(1)).to.deep.equal([priced("own", 90, 100), priced("new", 60, 50)]);
    expect(events.source).to.have.length(1);
    rejects("ITEM_NOT_FOUND", "item_id", () => decideMerge(merge("add", { prices: [{ lineId: "other", price: 1 }] }), source, target));
  });

  it("treats one item with other attributes as other lines, and with the same attributes as one line, whatever its id", () => {
    const blue = (item_id: string, line_id: string, quantity: number): CartEvent => ({
      type: "ItemAddedToCart",
      data: { line_id, item_id, attributes: { colour: "blue" }, quantity, unit_price: 100, previous_unit_price: null },
    });
    const from = cart(created(), blue("cup", "line-1", 2), added("cup", 3));
    const into = cart(created(), blue("cup", "line-2", 1), added("line-1", 1));
    const [merged] = decideMerge(merge("add"), from, into).target;
    expect(merged?.data).to.deep.include({
      lines: [
        { line_id: "line-2", item_id: "cup", attributes: { colour: "blue" }, quantity: 3, unit_price: 100 },
        { line_id: "cup", item_id: "cup", quantity: 3, unit_price: 100 },
      ],
    });
    const [taken] = decideMerge(merge("add"), cart(created(), added("tea", 2)), cart(created(), blue("cup", "tea", 1))).target;
    const [tea] = taken?.type === "CartMergedFrom" ? taken.data.lines : [];
    expect(tea?.item_id).to.equal("tea");
    expect(tea?.line_id).to.be.a("string").that.does.not.equal("tea");
    const [copied] = decideMerge(merge("add"), from, cart(created())).target;
    const lineIds = copied?.type === "CartMergedFrom" ? copied.data.lines.map(({ line_id }) => line_id) : [];
    expect(new Set(lineIds).size).to.equal(2);
    expect(lineIds[1]).to.equal("cup");
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
      data: { last_activity_at: "2025-11-20T16:30:00.000Z", abandoned_after_minutes: 60, stage: "cart" },
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

  it("creates a target that does not exist for the user, with the source's tenant and currency", () => {
    const guests = cart(created({ tenant_id: "shop-1", currency: "JPY" }), added("a", 2));
    const { source: closed, target: events } = decideMerge(merge("add", { userId: "user-1" }), guests, cart());
    expect(closed.map(({ type }) => type)).to.deep.equal(["CartMergedInto"]);
    expect(events).to.deep.equal([
      { type: "CartCreated", data: { user_id: "user-1", tenant_id: "shop-1", currency: "JPY" } },
      ...decided("add", [{ line_id: "a", item_id: "a", quantity: 2, unit_price: 100 }]).target,
    ]);
    expect(decideMerge(merge("add", { userId: "user-9" }), source, target)).to.deep.equal(decideMerge(merge("add"), source, target));
  });

  it("gives an empty target the source's currency, and ignores the currency of an empty source", () => {
    const changed: CartEvent = { type: "CartCurrencyChanged", data: { currency: "USD", previous_currency: "EUR" } };
    const { target: events } = decideMerge(merge("add"), cart(created(), added("a", 2)), cart(created({ currency: "EUR" })));
    expect(events.map(({ type }) => type)).to.deep.equal(["CartCurrencyChanged", "CartMergedFrom"]);
    expect(events[0]).to.deep.equal(changed);
    expect(decideMerge(merge("add"), cart(created({ currency: "EUR" })), target)).to.deep.equal(decided("add", []));
  });

  it("gives a line that is new in the target an id of the target's owner, from the function that is passed", () => {
    const attributes = { colour: "blue" };
    const line: CartEvent = {
      type: "ItemAddedToCart",
      data: { line_id: "line-1", item_id: "cup", attributes, quantity: 1, unit_price: 100, previous_unit_price: null },
    };
    const lineIds = (text: string, { userId, tenantId }: { readonly userId: string; readonly tenantId: string }): string =>
      `${tenantId} ${userId} ${text}`;
    const rules = { ...defaultCartLimits, lineIds };
    expect(decideMergeWithin(rules, merge("add"), cart(created(), line), { cart: target, version: 3 }).target).to.deep.equal(
      decided("add", [
        { line_id: 'default user-1 ["cup","{\\"colour\\":\\"blue\\"}",0]', item_id: "cup", attributes, quantity: 1, unit_price: 100 },
      ]).target,
    );
  });

  it("copies the attributes of the cart into a target that it creates", () => {
    const attributes: CartEvent = { type: "CartAttributesChanged", data: { attributes: { locale: "da-DK" } } };
    const { target: events } = decideMerge(merge("add", { userId: "user-1" }), cart(created(), attributes), cart());
    expect(events[1]).to.deep.equal(attributes);
    expect(decideMerge(merge("add"), cart(created(), attributes), target)).to.deep.equal(decided("add", []));
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
    rejects("CURRENCY_MISMATCH", "target_cart_id", () =>
      decideMerge(merge("add"), source, cart(created({ currency: "EUR" }), added("a", 1))),
    );
  });

  it("lets the target reach a limit, and refuses to exceed it", () => {
    expect(decideMerge(merge("add"), withLines(250, "a"), withLines(250, "b")).target).to.have.length(1);
    rejects("LINE_LIMIT_EXCEEDED", "target_cart_id", () => decideMerge(merge("add"), withLines(251, "a"), withLines(250, "b")));
    const [some, many] = [cart(created(), added("a", 50_000)), cart(created(), added("a", 50_001))];
    expect(decideMerge(merge("add"), some, some).target).to.have.length(1);
    rejects("QUANTITY_LIMIT_EXCEEDED", "target_cart_id", () => decideMerge(merge("add"), some, many));
    expect(decideMerge(merge("max"), some, many).target).to.have.length(1);
    const dear = (unit: number): Cart => cart(created(), added(`item-${unit}`, 1, unit));
    expect(decideMerge(merge("add"), dear(999_999_999_999_000), dear(999)).target).to.have.length(1);
    rejects("AMOUNT_LIMIT_EXCEEDED", "target_cart_id", () => decideMerge(merge("add"), dear(999_999_999_999_000), dear(1_000)));
  });
});

import { deciderSpec } from "@cart/testkit";
import { expect } from "chai";
import { DomainError } from "../domainError.ts";
import { cartDeciderWithin } from "./cartAggregate.ts";
import type { CartEvent } from "./cartEvents.ts";
import { type CartLimits, contentBytes, defaultCartLimits } from "./cartLimits.ts";
import { decideMergeWithin, type MergeCart } from "./cartMerge.ts";
import type { Cart } from "./cartState.ts";

const specWithin = (limits: Partial<CartLimits>) => deciderSpec(cartDeciderWithin({ ...defaultCartLimits, ...limits }));
const { evolve, initialState } = cartDeciderWithin(defaultCartLimits);

const created: CartEvent = { type: "CartCreated", data: { user_id: "user-1", tenant_id: "default", currency: "USD" } };
const added = (item_id: string, name?: string): CartEvent => ({
  type: "ItemAddedToCart",
  data: { line_id: item_id, item_id, ...(name === undefined ? {} : { name }), quantity: 1, unit_price: 100, previous_unit_price: null },
});
const add = (itemId: string, name?: string) =>
  ({
    type: "AddItem",
    userId: "user-1",
    defaults: { tenantId: "default", currency: "USD" },
    itemId,
    name,
    quantity: 1,
    price: 1,
  }) as const;
const removedLine = (item_id: string): CartEvent => ({ type: "ItemRemovedFromCart", data: { line_id: item_id, item_id } });
const cart = (...events: readonly CartEvent[]): Cart => events.reduce(evolve, initialState);

const sourceCartId = "00000000-0000-4000-8000-000000000001";
const targetCartId = "00000000-0000-4000-8000-000000000002";
const merge: MergeCart = { type: "MergeCart", sourceCartId, targetCartId, strategy: "add" };

describe("the size of a cart's contents", () => {
  it("is that of its lines' texts in UTF-8, with 60 bytes for each line", () => {
    expect(contentBytes(initialState)).to.equal(0);
    expect(contentBytes(cart(created))).to.equal(0);
    expect(contentBytes(cart(created, added("abc"), added("d", "Käse 🧀")))).to.equal(60 + 3 + 60 + 1 + 10);
  });

  const { given } = specWithin({ maxBytes: 200 });

  it("may reach the limit and not exceed it", () => {
    given([created, added("a", "x".repeat(50))])
      .when(add("b", "y".repeat(28)))
      .then([added("b", "y".repeat(28))]);
    given([created, added("a", "x".repeat(50))])
      .when(add("b", "y".repeat(29)))
      .thenRejects("SIZE_LIMIT_EXCEEDED", "item_id");
  });

  it("counts bytes and not characters", () => {
    given([created])
      .when(add("a", "🧀".repeat(35)))
      .thenRejects("SIZE_LIMIT_EXCEEDED", "item_id");
  });

  it("applies to the first item of a cart", () => {
    given([])
      .when(add("a", "x".repeat(200)))
      .thenRejects("SIZE_LIMIT_EXCEEDED", "item_id");
  });

  it("grows with a longer name of a line, and shrinks with a shorter one", () => {
    const full = [created, added("a", "x".repeat(50)), added("b", "y".repeat(28))];
    given(full)
      .when(add("b", "y".repeat(29)))
      .thenRejects("SIZE_LIMIT_EXCEEDED", "item_id");
    given([...full, added("a", "x")])
      .when(add("b", "y".repeat(70)))
      .then([added("b", "y".repeat(70))]);
  });

  it("counts the attributes of lines and of the cart, and its adjustments", () => {
    const [attributes, adjustments] = [{ note: "x".repeat(100) }, [{ kind: "fee", amount: 1, label: "x".repeat(100) }] as const];
    const line: CartEvent = {
      type: "ItemAddedToCart",
      data: { line_id: "a", item_id: "a", attributes, quantity: 1, unit_price: 100, previous_unit_price: null },
    };
    const described: CartEvent = { type: "CartAttributesChanged", data: { attributes } };
    const adjusted: CartEvent = { type: "CartAdjustmentsChanged", data: { adjustments: [...adjustments] } };
    const bytes = Buffer.byteLength(JSON.stringify(attributes));
    expect(contentBytes(cart(created, line, described, adjusted))).to.equal(
      60 + 1 + bytes + bytes + Buffer.byteLength(JSON.stringify(adjustments)),
    );
    const { given: givenSmall } = specWithin({ maxBytes: 160 });
    const filled = [created, added("a")];
    givenSmall([...filled, described])
      .when({ ...add("b"), attributes })
      .thenRejects("SIZE_LIMIT_EXCEEDED", "item_id");
    givenSmall([created, line]).when({ type: "ChangeDetails", attributes }).thenRejects("SIZE_LIMIT_EXCEEDED", "attributes");
    givenSmall([created, line])
      .when({ type: "SetAdjustments", adjustments: [{ kind: "fee", amount: 1, label: "x".repeat(100) }] })
      .thenRejects("SIZE_LIMIT_EXCEEDED", "adjustments");
  });

  it("is that after the last of several changes", () => {
    const filled = [created, added("a", "x".repeat(100))];
    const remove = { type: "RemoveItem", lineId: "a" } as const;
    given(filled)
      .when({ type: "ChangeCart", operations: [remove, add("b", "y".repeat(100))] })
      .then([removedLine("a"), added("b", "y".repeat(100))]);
    given(filled)
      .when({ type: "ChangeCart", operations: [add("b", "y".repeat(100)), { type: "ClearCart" }, add("b")] })
      .then([added("b", "y".repeat(100)), { type: "CartCleared", data: {} }, added("b")]);
    given(filled)
      .when({ type: "ChangeCart", operations: [add("b", "y".repeat(100))] })
      .thenRejects("SIZE_LIMIT_EXCEEDED", "operations");
  });

  it("leaves a cart that is too large already, because the limit was higher, every change that does not make it larger", () => {
    const large = [created, added("a", "x".repeat(255)), added("b")];
    given(large)
      .when(add("a"))
      .then([added("a")]);
    given(large)
      .when(add("a", "x".repeat(254)))
      .then([added("a", "x".repeat(254))]);
    given(large)
      .when({ type: "RemoveItem", lineId: "b" })
      .then([{ type: "ItemRemovedFromCart", data: { line_id: "b", item_id: "b" } }]);
    given(large).when(add("c")).thenRejects("SIZE_LIMIT_EXCEEDED", "item_id");
  });

  it("bounds the target of a merge", () => {
    const limits = { ...defaultCartLimits, maxBytes: 200 };
    const source = cart(created, added("a", "x".repeat(100)));
    const intoTarget = (...lines: readonly CartEvent[]) => {
      const target = cart(created, ...lines);
      return decideMergeWithin(limits, merge, source, { cart: target, version: 1 + lines.length });
    };
    expect(intoTarget().target).to.have.length(1);
    // The line is in both, so the target gets no text.
    expect(intoTarget(added("a", "y".repeat(130))).target).to.have.length(1);
    expect(() => intoTarget(added("b")))
      .to.throw(DomainError)
      .that.includes({ code: "SIZE_LIMIT_EXCEEDED", field: "target_cart_id" });
  });
});

describe("the number of a cart's events", () => {
  const { given } = specWithin({ maxEvents: 3 });
  const submitted: CartEvent = { type: "CartSubmitted", data: { total_amount: 100, item_count: 1, line_count: 1 } };
  const abandoned: CartEvent = {
    type: "CartAbandoned",
    data: { last_activity_at: "2026-01-01T00:00:00.000Z", abandoned_after_minutes: 60, stage: "cart" },
  };
  const reopened: CartEvent = { type: "CartReopened", data: {} };
  const removed: CartEvent = { type: "ItemRemovedFromCart", data: { line_id: "a", item_id: "a" } };
  const full = [created, added("a"), added("b")];

  it("may reach the limit and not exceed it", () => {
    given(full.slice(0, 2))
      .when(add("b"))
      .then([added("b")]);
    given(full).when(add("b")).thenRejects("EVENT_LIMIT_EXCEEDED");
    given([...full.slice(0, 2), abandoned])
      .when(add("b"))
      .thenRejects("EVENT_LIMIT_EXCEEDED");
  });

  it("ends every change that could be repeated for ever", () => {
    given(full).when({ type: "ChangeItem", lineId: "a", quantity: 2 }).thenRejects("EVENT_LIMIT_EXCEEDED");
    given([...full, submitted])
      .when({ type: "ReopenCart" })
      .thenRejects("EVENT_LIMIT_EXCEEDED");
    given([...full, abandoned])
      .when({ type: "ReopenCart" })
      .thenRejects("EVENT_LIMIT_EXCEEDED");
    const target = { cart: cart(...full), version: full.length };
    expect(() => decideMergeWithin({ ...defaultCartLimits, maxEvents: 3 }, merge, cart(created, added("c")), target))
      .to.throw(DomainError)
      .that.includes({ code: "EVENT_LIMIT_EXCEEDED", field: "target_cart_id" });
  });

  it("refuses no command that changes nothing", () => {
    given(full).when({ type: "ChangeItem", lineId: "a", quantity: 1 }).then([]);
    given(full).when({ type: "ReopenCart" }).then([]);
  });

  it("never keeps a cart from its end", () => {
    given(full).when({ type: "RemoveItem", lineId: "a" }).then([removed]);
    given(full).when({ type: "ChangeItem", lineId: "a", quantity: 0 }).then([removed]);
    given(full)
      .when({ type: "ClearCart" })
      .then([{ type: "CartCleared", data: {} }]);
    given(full)
      .when({ type: "SubmitCart" })
      .then([{ type: "CartSubmitted", data: { total_amount: 200, item_count: 2, line_count: 2 } }]);
    const purchased: CartEvent = { type: "CartPurchased", data: { order_id: "order-1", total_amount: 200 } };
    for (const before of [[], [{ ...submitted, data: { total_amount: 200, item_count: 2, line_count: 2 } }]] as const) {
      given([...full, ...before])
        .when({ type: "PurchaseCart", orderId: "order-1" })
        .then([purchased]);
    }
    given([...full, abandoned])
      .when({ type: "PurchaseCart", orderId: "order-1" })
      .then([reopened, purchased]);
    const merged = decideMergeWithin({ ...defaultCartLimits, maxEvents: 3 }, merge, cart(...full), { cart: cart(created), version: 1 });
    expect(merged.source).to.have.length(1);
  });

  it("lets the cart be abandoned, and reminders be due", () => {
    given(full)
      .when({ type: "AbandonCart", lastActivityAt: new Date("2026-01-01T00:00:00.000Z"), abandonedAfterMinutes: 60 })
      .then([abandoned]);
    given([...full, abandoned])
      .when({ type: "RemindOfAbandonment", step: 1, afterMinutes: 60 })
      .then([{ type: "CartAbandonmentReminderDue", data: { step: 1, after_minutes: 60 } }]);
  });
});
